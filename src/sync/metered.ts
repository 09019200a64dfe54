import type { SyncError } from '../errors.ts'
import type { Account, Source } from '../provider/contract.ts'
import { eventsSource } from './changes.ts'
import type { Clock } from './clock.ts'
import { type Call, createLimiter, type Limiter, limited } from './limiter.ts'
import { createObservation } from './observation.ts'
import { retried } from './retry.ts'

/** Requests at once for an account. */
const accountConcurrency = 64

/** Requests at once for an endpoint that states none: what its rate comes to at 0.64 seconds each, 16 at least. */
const endpointConcurrency = (perSecond: number) =>
  Math.min(accountConcurrency, Math.max(16, Math.ceil(perSecond * 0.64)))

interface Metering {
  readonly clock: Clock
  /** Aborted when no new page may start. */
  readonly waiting: AbortSignal
  /** Aborted when pages that have arrived need not be finished any more: their nested lists, objects asked for by id. */
  readonly finishing: AbortSignal
  onWait(wait: Wait & { readonly endpoint: string }): void
}

interface Wait {
  readonly error: SyncError
  readonly ms: number
}

/** An account's sources behind its limits, with every request counted. */
export interface Metered {
  readonly sources: readonly Source[]
  /** The limiters a list call of this source passes. */
  limiters(source: Source): readonly Limiter[]
  /** Requests made so far, failed ones too. */
  requests(): number
  since(signal: AbortSignal): Promise<number>
}

interface Endpoint {
  readonly limiter: Limiter
  readonly call: Call
}

/**
 * The sources of these resources and no others, so that neither events nor what is found inside items writes anything
 * else. Retry outside, limiters inside, so that every attempt is metered: retried(limited(…)).
 */
export function metered(
  account: Account,
  resources: readonly string[],
  { clock, waiting, finishing, onWait }: Metering,
): Metered {
  let requests = 0
  const counted: Call = (work) => {
    requests++
    return work()
  }
  const observed = createObservation(clock)
  const ofAccount = createLimiter({ perSecond: account.perSecond, concurrency: accountConcurrency }, clock)

  function openEndpoint(
    endpoint: string,
    ceiling: Pick<Source, 'perSecond' | 'concurrency'>,
    until: AbortSignal,
  ): Endpoint {
    const perSecond = Math.min(ceiling.perSecond ?? account.perSecond, account.perSecond)
    const concurrently = ceiling.concurrency ?? endpointConcurrency(perSecond)
    const limiter = createLimiter({ perSecond, concurrency: concurrently, within: ofAccount }, clock)
    const behindLimits = limited(counted, { endpoint: limiter, account: ofAccount, waiting: until })
    const patience = { clock, waiting: until, onWait: (wait: Wait) => onWait({ endpoint, ...wait }) }
    return { limiter, call: retried(behindLimits, patience) }
  }

  const lists = new Map<string, Limiter>()
  const sources = account.sources.filter(({ name }) => resources.includes(name)).map(meterSource)
  const { changes } = account
  const feed = changes && { ...changes, list: endpointList('events', changes) }

  function endpointList(
    name: string,
    { list, ...ceiling }: Pick<Source, 'list' | 'perSecond' | 'concurrency'>,
  ): Source['list'] {
    const { limiter, call } = openEndpoint(name, ceiling, waiting)
    lists.set(name, limiter)
    return (query, signal) => call(() => observed(() => list(query, signal)), signal)
  }

  function meterSource(source: Source): Source {
    const { name, retrieve, nested } = source
    const retrieving = openEndpoint(`${name} by id`, source, finishing)
    return {
      ...source,
      list: endpointList(name, source),
      ...(retrieve && {
        retrieve: (id, signal) => retrieving.call(() => observed(() => retrieve(id, signal)), signal),
      }),
      ...(nested && {
        nested: nested.map((one) => {
          const { call } = openEndpoint(one.name, source, finishing)
          return {
            ...one,
            list: (parentId, query, signal) => call(() => observed(() => one.list(parentId, query, signal)), signal),
          }
        }),
      }),
    }
  }
  return {
    sources: feed ? [...sources, eventsSource(feed, sources)] : sources,
    limiters: (source) => [ofAccount, lists.get(source.name) ?? ofAccount],
    requests: () => requests,
    since: (signal) => ofAccount.run(() => counted(() => account.since(signal), signal), waiting),
  }
}
