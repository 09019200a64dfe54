import { SyncError } from '../errors.ts'
import { type LatestChange, momentOf, readChange } from '../sync/changed-object.ts'
import { largestPage } from '../sync/page-size.ts'
import type { PageContent } from '../sync/rows.ts'
import type { LiveAccount } from './accounts.ts'
import { Postponed, TooMany } from './ceiling.ts'

/** What is known of a changed object. */
export type Reading =
  | { readonly kind: 'content'; readonly content: PageContent }
  /** The message is to come back. */
  | { readonly kind: 'later'; readonly seconds: number }
  /** It cannot be fetched here: an incremental job reads it. */
  | { readonly kind: 'by job'; readonly reason: string }

/** The most seconds until a message comes back whose moment is not over, or has just been. */
export const tieSeconds = 3
/** Milliseconds after which a moment is over: the `Date` of an answer leaves its fraction out, and clocks differ. */
const settledMs = 2_000
/** Seconds until a message comes back whose object the provider could not show. */
const outageSeconds = 60
/** Milliseconds since its sending after which a message no longer waits for the provider: a job has more patience. */
const longestOutageMs = 300_000

interface ChangeReading {
  readonly account: LiveAccount
  readonly now: Date
  /** When the first message about the object was sent. */
  readonly sentAt: Date
}

/** Reads a changed object: from its event, or fetched if it is ambiguous or not in the event. Never rejects for one object. */
export async function readLiveChange(
  change: LatestChange,
  { account, now, sentAt }: ChangeReading,
  signal: AbortSignal,
): Promise<Reading> {
  const mustAsk = change.ambiguous || change.item === null
  if (mustAsk && !account.canAsk) return { kind: 'by job', reason: 'no key to fetch objects with' }
  const unsettledMs = momentOf(change).getTime() + settledMs - now.getTime()
  if (change.ambiguous && unsettledMs > 0)
    return { kind: 'later', seconds: Math.min(tieSeconds, Math.ceil(unsettledMs / 1_000)) }
  try {
    // A thin event does not tell what was deleted; whether it still is, the provider knows.
    const toRead = change.item === null ? { ...change, ambiguous: true } : change
    const content = await readChange(toRead, { sources: account.sources, pageSize: largestPage }, signal)
    return { kind: 'content', content }
  } catch (error) {
    if (error instanceof Postponed) return { kind: 'later', seconds: error.seconds }
    if (error instanceof TooMany) return { kind: 'by job', reason: error.message }
    if (!(error instanceof SyncError)) throw error
    if (error.verdict === 'retry' && now.getTime() - sentAt.getTime() < longestOutageMs)
      return { kind: 'later', seconds: error.retryAfter ? Math.ceil(error.retryAfter / 1_000) : outageSeconds }
    return { kind: 'by job', reason: error.message }
  }
}
