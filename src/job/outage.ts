import type { SyncError } from '../errors.ts'

/**
 * Codes of failures whose cause is outside the job: the provider, the database, the secret store, or a deploy that is not
 * done everywhere. They spend no attempt.
 * The job waits for their end, up to `Worker.OutageMinutes`. `docs/errors.md` says so of each.
 */
const outages: ReadonlySet<SyncError['code']> = new Set<SyncError['code']>([
  'rate_limited',
  'provider_busy',
  'provider_unavailable',
  'provider_unreachable',
  'provider_clock',
  'secret_unavailable',
  'database_unavailable',
  'database_certificate',
  'database_schema',
  'checkpoint_newer',
])

export function isOutage({ verdict, code }: Pick<SyncError, 'verdict' | 'code'>): boolean {
  return verdict === 'retry' && outages.has(code)
}

/** The error of a job that has failed its last attempt. */
export const attemptsOver = (message: string, attempts: number): string =>
  lastError(
    message,
    `The job failed ${attempts === 1 ? 'its only attempt' : `${attempts} attempts`} (Worker.MaxRetries).`,
  )

/** The error of a job that has waited for an outage as long as it may. */
export const patienceOver = (message: string, outageMinutes: number): string =>
  lastError(message, `The job waited ${outageMinutes} minutes for it (Worker.OutageMinutes).`)

/** The cause, why the job ended, and what to do. */
function lastError(message: string, why: string): string {
  const cause = /[.!?]$/.test(message) ? message : `${message}.`
  return `${cause} ${why} Send the same jobId again: the job goes on from its checkpoint.`
}
