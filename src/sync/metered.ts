import type { SyncError } from '../errors.ts'
import type { Clock } from './clock.ts'
import { createLimiter, type Limiter, limited } from './limiter.ts'
import type { Account, Source } from './provider.ts'
import { retried } from './retry.ts'

/** Requests at once, where a provider states none: 25 requests a second at half a second each, with room to spare. */
const concurrency = { endpoint: 16, account: 64 } as const

interface Metering {
  readonly clock: Clock
  /** Aborted when no new request may start. */
  readonly waiting: AbortSignal
  onWait(wait: { readonly source: Source; readonly error: SyncError; readonly ms: number }): void
}

/** An account's sources behind its limits, with every request counted. */
export interface Metered {
  readonly sources: readonly Source[]
  limiters(source: Source): readonly Limiter[]
  /** Requests made so far, failed ones too. */
  requests(): number
  since(signal: AbortSignal): Promise<number>
}

/** Retry outside, limiters inside, so that every attempt is metered: retried(limited(source)). */
export function metered(account: Account, resources: readonly string[], { clock, waiting, onWait }: Metering): Metered {
  let requests = 0
  const ofAccount = createLimiter({ perSecond: account.perSecond, concurrency: concurrency.account }, clock)
  const ofEndpoint = new Map<string, Limiter>()
  const sources = account.sources
    .filter((source) => resources.includes(source.name))
    .map((source) => {
      const perSecond = Math.min(source.perSecond ?? account.perSecond, account.perSecond)
      const ceiling = { perSecond, concurrency: source.concurrency ?? concurrency.endpoint, within: ofAccount }
      const endpoint = createLimiter(ceiling, clock)
      ofEndpoint.set(source.name, endpoint)
      const counted: Source = {
        ...source,
        list(query, signal) {
          requests++
          return source.list(query, signal)
        },
      }
      return retried(limited(counted, { endpoint, account: ofAccount, waiting }), { clock, waiting, onWait })
    })
  return {
    sources,
    limiters: (source) => [ofAccount, ofEndpoint.get(source.name) ?? ofAccount],
    requests: () => requests,
    since: (signal) =>
      ofAccount.run(() => {
        requests++
        return account.since(signal)
      }, waiting),
  }
}
