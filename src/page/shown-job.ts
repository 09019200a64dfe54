import { totalShare } from '../job/state/total-share.ts'
import type { StoredJob } from '../operations/jobs.ts'
import type { Problem } from './advice.ts'
import type { PageSource } from './source.ts'
import { storedProblem, storedProgress } from './stored.ts'

export interface ShownResource {
  readonly name: string
  readonly fetched: number
  /** Estimated share done, 0 to 1. */
  readonly share: number
}

/** A job's row with what the page makes of it. */
export interface ShownJob {
  readonly job: StoredJob
  readonly error: Problem | null
  readonly waitingFor: Problem | null
  /** In the order of the provider's list. */
  readonly resources: readonly ShownResource[]
  /** Null while it is a guess. */
  readonly share: number | null
  /** Rows a second; null if no worker gets ahead with it. */
  readonly rate: number | null
}

export async function showJob(job: StoredJob, { resources: order, rates }: PageSource): Promise<ShownJob> {
  const resources = sortByName(Object.entries(storedProgress.parse(job.progress)), await order(job.provider)).map(
    ([name, { fetched, share }]) => ({ name, fetched, share: Math.min(1, Math.max(0, share)) }),
  )
  return {
    job,
    error: storedProblem.parse(job.error),
    waitingFor: storedProblem.parse(job.waitingFor),
    resources,
    share: job.status === 'completed' ? 1 : totalShare(resources),
    rate: job.status === 'running' ? rates.rate(job, averageRate(job)) : null,
  }
}

function averageRate({ fetched, took, waitedMs }: StoredJob): number {
  return fetched / Math.max(1, (took ?? 0) - waitedMs / 1_000)
}

/** Entries in that order of their names. Unknown names come last: jsonb keeps its keys by their length. */
export function sortByName<Value>(
  entries: readonly (readonly [string, Value])[],
  order: readonly string[],
): readonly (readonly [string, Value])[] {
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  return entries.toSorted(([a], [b]) => place(a) - place(b) || a.localeCompare(b))
}
