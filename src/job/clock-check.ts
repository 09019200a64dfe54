import { SyncError } from '../errors.ts'
import { clockTolerance } from '../sync/observed-at.ts'

/** What the date of an answer is compared with, in milliseconds since 1970. */
interface Known {
  /** The database's clock. */
  readonly databaseNow: number
  /** The provider's clock when an earlier job of the account read it; null if that is not known, or does not count. */
  readonly earlier: number | null
}

/**
 * Rows dated in the future would hide every later change. An answer from before an earlier job would be taken for old
 * news, and its changes would lie before the cursor. Neither is stored.
 * @throws SyncError `provider_clock`, to be tried again
 */
export function refuseWrongDate(answeredAt: Date, { databaseNow, earlier }: Known, provider: string): void {
  const ahead = answeredAt.getTime() - databaseNow
  if (ahead > clockTolerance)
    throw new SyncError(
      'retry',
      'provider_clock',
      `${provider}: the answer is dated ${minutes(ahead)} ahead of the database's clock (${dates(answeredAt, databaseNow)}). Nothing of it was stored. Set the clock of the database server, or of the proxy between, and the job goes on.`,
    )
  if (earlier === null) return
  const behind = earlier - answeredAt.getTime()
  if (behind > clockTolerance)
    throw new SyncError(
      'retry',
      'provider_clock',
      `${provider}: the answer is dated ${minutes(behind)} before the answers of an earlier job (${dates(answeredAt, earlier)}). Nothing of it was stored. Look for a proxy that has a wrong clock or repeats old answers. The job goes on once the dates are right.`,
    )
}

const minutes = (ms: number) => `${Math.round(ms / 60_000)} minutes`
const dates = (answeredAt: Date, other: number) =>
  `${answeredAt.toISOString()} against ${new Date(other).toISOString()}`
