import type { ErrorCode } from '../error-codes/error-codes.ts'

/** Told what happens in a delivery, for metrics. Each call is cheap and never throws. */
export interface JobWatch {
  /** A request to the provider has ended. `code` is null if it succeeded. */
  answered(answer: {
    readonly endpoint: string
    readonly code: ErrorCode | null
    readonly throttled: boolean
    readonly ms: number
  }): void
  /** Rows of a commit. */
  committed(rows: CommittedRows): void
  /** A batch was committed, in one transaction or several. */
  batchCommitted(ms: number): void
  /** The job has waited for its provider for long. At most once a minute. */
  waiting(code: ErrorCode): void
  notClaimed(): void
  leaseLost(): void
  /** The row of the job says that it has ended. */
  jobEnded(job: { readonly status: 'completed' | 'failed'; readonly durationMs: number }): void
}

const actions = ['created', 'updated', 'unchanged', 'deleted', 'rejected'] as const

/** How many rows were written in each way. */
export type CommittedRows = Readonly<Record<(typeof actions)[number], number>>

/** The rows that a job has after a commit and had not before. */
export function rowsGained(before: Resources, after: Resources): CommittedRows {
  const sum = (resources: Resources, action: (typeof actions)[number]) =>
    Object.values(resources).reduce((rows, counts) => rows + counts[action], 0)
  const gained = { created: 0, updated: 0, unchanged: 0, deleted: 0, rejected: 0 }
  for (const action of actions) gained[action] = Math.max(0, sum(after, action) - sum(before, action))
  return gained
}

type Resources = Readonly<Record<string, CommittedRows>>
