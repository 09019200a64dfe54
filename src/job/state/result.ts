import type { Estimate } from '../../sync/estimate/estimate.ts'
import type { SyncJobRequest } from '../request.ts'
import type { Counts, Progress, Skipped } from './progress.ts'

/** What a full sync shows for a resource: that the copy has as many rows as the provider listed items. */
export interface CountCheck {
  /** Only what was created up to this moment is compared: the provider's clock at the resource's first page. */
  readonly until: string
  /** Distinct items the provider listed. */
  readonly listed: number
  /** Rows that are not deleted. */
  readonly live: number
  /**
   * live = listed − rejected + kept, nothing is unchecked, and the months of creation differ by no more than what was rejected
   * or kept. Nested lists, and tables too large to be counted by month in time, are compared as a whole.
   */
  readonly equal: boolean
  /** Months of creation in which they differ; at most 24 of them, and none where counting by month took too long. */
  readonly differs: readonly { readonly month: string; readonly listed: number; readonly live: number }[]
  /**
   * Rows that may have changed after they were listed. Live events wrote them, or their parent was listed again. `equal`
   * allows for so many; absent if there are none.
   */
  readonly changedMeanwhile?: number
}

/** What a result says of one resource. */
export type ResourceResult = Counts & {
  readonly skipped?: Skipped
  /** Columns that stayed null because their field had a shape nobody knows, with how often; the payload has them. */
  readonly drift?: Readonly<Record<string, number>>
  readonly proof?: CountCheck
  /** What was left out because it is about somebody who was erased; such items count as never listed in the proof. */
  readonly erased?: number | undefined
  /** Live rows that the provider did not list and was not asked about by id: they stay live, and the proof is not equal. */
  readonly unchecked?: number | undefined
}

/** The progress as a result has it: without shares. */
export function resultsOf(
  progress: Progress,
  proofs: Readonly<Record<string, CountCheck>> = {},
): Readonly<Record<string, ResourceResult>> {
  return Object.fromEntries(
    Object.entries(progress).map(([name, { share: _share, skipped, drift, ...counts }]) => {
      const proof = proofs[name]
      return [name, { ...counts, ...(skipped && { skipped }), ...(drift && { drift }), ...(proof && { proof }) }]
    }),
  )
}

/** How a job ended: stored as `sync_jobs.result` and logged once. Times are UTC, ISO 8601. */
export interface SyncJobResult {
  readonly jobId: string
  readonly tenantId: string
  readonly provider: string
  /** The provider account with its mode: acct_1ABC live, acct_1ABC:test otherwise; null if the job failed before it was known. */
  readonly account: string | null
  readonly syncType: SyncJobRequest['additionalData']['syncType']
  /** Why another kind of sync was done than the one that was asked for, and what the provider's lists leave out. */
  readonly note?: string
  readonly status: 'completed' | 'failed'
  readonly resources: Readonly<Record<string, ResourceResult>>
  /** Of a dry run alone. */
  readonly estimate?: Estimate
  /** Requests made to the provider, failed ones too. */
  readonly requests: number
  readonly startedAt: string
  readonly finishedAt: string
  readonly durationMs: number
  readonly error: { readonly code: string; readonly message: string; readonly retryable: boolean } | null
}
