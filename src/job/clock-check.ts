import { SyncError } from '../errors.ts'
import { clockTolerance } from '../sync/observed-at.ts'

/**
 * Rows dated in the future would hide every later change, so an answer that comes from there is not stored.
 * @throws SyncError `provider_clock`, to be tried again
 */
export function refuseAhead(answeredAt: Date, databaseNow: number, provider: string): void {
  const ahead = answeredAt.getTime() - databaseNow
  if (ahead <= clockTolerance) return
  const minutes = Math.round(ahead / 60_000)
  const dates = `${answeredAt.toISOString()} against ${new Date(databaseNow).toISOString()}`
  throw new SyncError(
    'retry',
    'provider_clock',
    `${provider}: the answer is dated ${minutes} minutes ahead of the database's clock (${dates}). Nothing of it was stored. Set the clock of the database server, or of the proxy between, and the job goes on.`,
  )
}
