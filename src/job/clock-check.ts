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
  const refuse = (ms: number, than: string, other: number, advice: string) => {
    if (ms <= clockTolerance) return
    const dates = `${answeredAt.toISOString()} against ${new Date(other).toISOString()}`
    const message = `${provider}: the answer is dated ${Math.round(ms / 60_000)} minutes ${than} (${dates}). Nothing of it was stored. ${advice}`
    throw new SyncError('retry', 'provider_clock', message)
  }
  const at = answeredAt.getTime()
  const setClock = 'Set the clock of the database server, or of the proxy between, and the job goes on.'
  refuse(at - databaseNow, "ahead of the database's clock", databaseNow, setClock)
  const lookForProxy =
    'Look for a proxy that has a wrong clock or repeats old answers. The job goes on once the dates are right.'
  if (earlier !== null) refuse(earlier - at, 'before the answers of an earlier job', earlier, lookForProxy)
}
