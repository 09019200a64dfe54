import type { Clock } from '../clock.ts'
import { SyncError } from '../errors.ts'
import type { Account, Allowance, Identity, ListSource } from '../provider/contract.ts'
import { eventsName, eventsSource } from './change-feed.ts'
import { type Call, createLimiter, type Limiter, limited } from './limiter.ts'
import { createObservation } from './observed-at.ts'
import { createPoints } from './points.ts'
import { type CallWatch, retried } from './retry.ts'
import type { Source } from './source.ts'

/** The endpoint of the request that asks which account is read. */
export const identifyName = 'account'

/** Requests at once for an account. */
const accountConcurrency = 64

/** Requests at once for an endpoint without a stated limit: its rate times 0.64 seconds a request, at least 16. */
const endpointConcurrency = (perSecond: number) =>
  Math.min(accountConcurrency, Math.max(16, Math.ceil(perSecond * 0.64)))

interface RateLimiting {
  readonly clock: Clock
  /** Aborted when no new page may start. */
  readonly waiting: AbortSignal
  /** Throws if an answer's date is too far from the database's clock. */
  refuse?(answeredAt: Date): void
  /** The database's clock, in milliseconds since 1970: no answer counts as later. Absent: any date counts. */
  latest?(): number
  /** Aborted when pages that have arrived need not be completed: their nested lists, objects fetched by id. */
  readonly finishing: AbortSignal
  /** Told about the attempts of the calls to an endpoint. */
  watch?(endpoint: string): CallWatch
  /** Told about each request that has ended, in milliseconds. A request that is given up has not. */
  answered?(answer: { readonly endpoint: string; readonly error: SyncError | null; readonly ms: number }): void
}

/** An account's sources behind its limits, with every request counted. */
export interface RateLimited {
  readonly sources: readonly Source[]
  /** The limiters a list call of this source passes. */
  limiters(source: Source): readonly Pick<Limiter, 'delay'>[]
  /** So many list calls of this source are known to come. */
  expect(source: Source, requests: number): void
  /** The requests that the items of this source have cost besides its list; absent if they cost none. */
  besides(source: Source): Besides | undefined
  /** Requests made so far, failed ones too. */
  requests(): number
  /** See Account.identify. One request; repeated only after a failure. @throws SyncError */
  identify(signal: AbortSignal): Promise<Identity>
  /** See Identity.since. Never retried, because only the choice of splits needs it. */
  since(signal: AbortSignal): Promise<number>
}

/** The requests for nested lists and for objects by id. */
export interface Besides {
  /** Asked for so far. */
  requests(): number
  /** Milliseconds until a new one would start, behind the waiting ones. */
  delay(): number
  /** So many are known to come. */
  expect(requests: number): void
}

interface Endpoint {
  readonly limiter: Limiter
  readonly call: Call
  /** Makes a request once its points are there, if the provider meters in points. */
  readonly spend: <T extends { readonly allowance?: Allowance }>(ask: () => Promise<T>) => Promise<T>
}

/**
 * Wraps the sources of these resources only, so that events and embedded items write rows of no other resource. Retry
 * is outside and the limiters are inside, so that every attempt is rate-limited: retried(limited(…)).
 */
export function rateLimited(
  account: Account,
  resources: readonly string[],
  { clock, waiting, finishing, refuse, latest, watch, answered }: RateLimiting,
): RateLimited {
  let requests = 0
  const counted =
    (endpoint: string): Call =>
    async (work) => {
      requests++
      const began = clock.now()
      const tell = (error: SyncError | null) => answered?.({ endpoint, error, ms: clock.now() - began })
      try {
        const answer = await work()
        tell(null)
        return answer
      } catch (error) {
        if (error instanceof SyncError) tell(error)
        throw error
      }
    }
  const observed = createObservation(clock, latest)
  /** Makes a call behind its limits. Its answer is dated, and refused outside the retries: a wrong clock stays wrong. */
  async function answer<T extends { readonly observedAt: Date; readonly allowance?: Allowance }>(
    { call, spend }: Omit<Endpoint, 'limiter'>,
    ask: () => Promise<T>,
    signal: AbortSignal,
  ) {
    const dated = await call(() => spend(() => observed(ask)), signal)
    refuse?.(dated.answeredAt)
    // The events of a page are dated by its answer, too.
    const answeredAt = new Date(Math.min(dated.answeredAt.getTime(), latest?.() ?? Number.POSITIVE_INFINITY))
    return { ...dated, answeredAt }
  }
  const points = account.metersPoints ? createPoints(clock) : null
  const ofAccount = createLimiter(
    { perSecond: account.perSecond, concurrency: account.concurrency ?? accountConcurrency },
    clock,
  )

  function openEndpoint(
    endpoint: string,
    ceiling: Pick<ListSource, 'perSecond' | 'concurrency'>,
    until: AbortSignal,
  ): Endpoint {
    const perSecond = Math.min(ceiling.perSecond ?? account.perSecond, account.perSecond)
    const concurrently = ceiling.concurrency ?? endpointConcurrency(perSecond)
    const limiter = createLimiter({ perSecond, concurrency: concurrently, within: ofAccount }, clock)
    const behindLimits = limited(counted(endpoint), { endpoint: limiter, account: ofAccount, waiting: until })
    const patience = { clock, waiting: until, ...(watch && { watch: watch(endpoint) }) }
    return {
      limiter,
      call: retried(behindLimits, patience),
      spend: (ask) => (points ? points.spend(endpoint, ask, until) : ask()),
    }
  }

  const lists = new Map<string, Limiter>()
  const besides = new Map<string, Besides>()
  const sources = account.sources.filter(({ name }) => resources.includes(name)).map(limitSource)
  const { changes } = account
  const feed = changes && { ...changes, list: endpointList(eventsName, changes) }

  function endpointList(
    name: string,
    { list, ...ceiling }: Pick<ListSource, 'list' | 'perSecond' | 'concurrency'>,
  ): ListSource['list'] {
    const endpoint = openEndpoint(name, ceiling, waiting)
    lists.set(name, endpoint.limiter)
    return (query, signal) => answer(endpoint, () => list(query, signal), signal)
  }

  function limitSource(source: ListSource): ListSource {
    const { name, count, retrieve, nested, unsettled, partition } = source
    const retrieving = openEndpoint(`${name} by id`, source, finishing)
    const beside = { requests: 0, limiters: [retrieving.limiter] }
    besides.set(name, {
      requests: () => beside.requests,
      delay: () => Math.max(...beside.limiters.map((limiter) => limiter.delay())),
      expect(requests) {
        for (const limiter of beside.limiters) limiter.expect(requests)
      },
    })
    return {
      ...source,
      list: endpointList(name, source),
      ...(count && { count: (signal) => retrieving.call(() => count(signal), signal) }),
      ...(retrieve && {
        retrieve(id, signal) {
          beside.requests++
          return answer(retrieving, () => retrieve(id, signal), signal)
        },
      }),
      ...(partition && {
        partition: {
          ...partition,
          list: (signal) => retrieving.call(() => partition.list(signal), signal),
        },
      }),
      ...(unsettled && { unsettled: limitUnsettled(unsettled, retrieving) }),
      ...(nested && {
        nested: nested.map((nestedSource) => {
          const endpoint = openEndpoint(nestedSource.name, source, finishing)
          beside.limiters.push(endpoint.limiter)
          return {
            ...nestedSource,
            list(parentId, query, signal) {
              beside.requests++
              return answer(endpoint, () => nestedSource.list(parentId, query, signal), signal)
            },
          }
        }),
      }),
    }
  }

  function limitUnsettled(unsettled: NonNullable<ListSource['unsettled']>, endpoint: Endpoint): typeof unsettled {
    if (unsettled === 'every row' || !unsettled.list) return unsettled
    const { list } = unsettled
    return { ...unsettled, list: (query, signal) => answer(endpoint, () => list(query, signal), signal) }
  }

  let identity: Promise<Identity> | undefined
  const askOnce = (ask: () => Promise<Identity>): Promise<Identity> => {
    identity ??= ask().catch((error: unknown) => {
      identity = undefined
      throw error
    })
    return identity
  }
  const identifying = openEndpoint(identifyName, {}, waiting)
  const identifyingOnce = limited(counted(identifyName), { endpoint: ofAccount, account: ofAccount, waiting })
  return {
    sources: feed ? [...sources, eventsSource(feed, sources)] : sources,
    limiters: (source) => [
      ofAccount,
      lists.get(source.name) ?? ofAccount,
      ...(points ? [{ delay: () => points.delay(source.name) }] : []),
    ],
    expect: (source, requests) => lists.get(source.name)?.expect(requests),
    besides: (source) => besides.get(source.name),
    requests: () => requests,
    identify: (signal) => askOnce(() => identifying.call(() => account.identify(signal), signal)),
    since: async (signal) => (await askOnce(() => identifyingOnce(() => account.identify(signal), signal))).since,
  }
}
