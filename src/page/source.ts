import type { Letter } from '../operations/dead-letters.ts'
import type { StoredJob } from '../operations/jobs.ts'
import type { Reader } from '../operations/scope.ts'
import type { JobOutcome } from '../operations/send-again.ts'
import type { Rates } from './rates.ts'

/** What the pages are made from. */
export interface PageSource {
  /** The rows of all tenants, or of one. */
  readonly reader: Reader
  /** Names of a provider's resources in its order; none for a provider that is not known. */
  resources(provider: string): Promise<readonly string[]>
  /** Number of dead letters; null if the queue does not tell. Absent: nothing is said of them. */
  readonly deadLetters?: (() => Promise<number | null>) | undefined
  /** Dead letters, at most as many as a page shows; null if the queue does not answer. Absent: no queue is known. */
  readonly letters?: (() => Promise<readonly Letter[] | null>) | undefined
  readonly rates: Rates
  /** Absent: the page shows and changes nothing. */
  readonly actions?: JobActions | undefined
}

/** What a person may do from the page. Each needs the token of the page. */
export interface JobActions {
  /** Ends a job that has not ended. @returns false if it had ended */
  cancel(job: StoredJob): Promise<boolean>
  /** Sends a failed job again. Absent where there is no queue. */
  readonly retry?: ((job: StoredJob) => Promise<JobOutcome>) | undefined
  /** Sends dead letters back to the queue. Absent where there is no queue, or where the page shows one tenant alone. */
  readonly redrive?: (() => Promise<{ readonly sent: number; readonly left: readonly Letter[] }>) | undefined
}
