import { setMaxListeners } from 'node:events'
import { createServer } from 'node:http'
import { accountAge, type Density } from '../server/density.ts'
import { createLimiter, type LimitSetting } from '../server/limits.ts'
import { fraction, randomStream, seedFor } from '../server/random.ts'
import { createServing, type Hook } from '../server/request-listener.ts'
import { createTraffic, type RequestSeen, type Stats } from '../server/traffic.ts'
import { createEndpoints } from './endpoints.ts'
import { announceNewest, paymentOf } from './events/newest.ts'
import { createRecord } from './events/recorder.ts'
import { createFailures, type FailureRule } from './failure.ts'
import { createMutations, type Mutations } from './mutations.ts'
import { type NestedName, nested, rowsIn } from './nested-lists.ts'
import { populate } from './populate.ts'
import type { StripeObject } from './resource.ts'
import type { ResourceName } from './resources/names.ts'
import { type Done, type SimulateOptions, simulate } from './simulate/simulate.ts'

export interface SandboxOptions {
  /** Default 10,000; at most 2,000,000. The other resources follow. */
  readonly customers?: number
  /** Exact numbers, by resource. */
  readonly counts?: Readonly<Partial<Record<ResourceName, number>>>
  /** Default `growing`. */
  readonly density?: Density
  /** With `same-second`: how many share it. Default 1,000, or a tenth below 10,000 objects. */
  readonly sameSecond?: number
  /** The same seed and `now` give the same objects. Default 1. */
  readonly seed?: number
  /** Milliseconds before each answer, and at most so many more, drawn by the seed. Default 0. */
  readonly latencyMs?: number
  readonly jitterMs?: number
  /** Unix seconds at which the provider's clock stands; `advance` moves it. Default: the real clock, running. */
  readonly now?: number
  /** Default `stripe`. */
  readonly limits?: LimitSetting
  /** The share of events that an older version of the API rendered. Default one in eight. */
  readonly olderEvents?: number
  /** The initial objects have no events, being there from before; with this, so many of each resource do. */
  readonly eventsForNewest?: number
  /** Default: any free port. */
  readonly port?: number
  /** `GET /v1/account` answers 403 to restricted keys. */
  readonly restrictedAccount?: boolean
  /** The id of the account that a key without a `Stripe-Account` header belongs to. Default `acct_sandbox`. */
  readonly account?: string
  /** Keys that are not accepted, besides those that begin `sk_test_invalid`, `rk_live_revoked` and the like. */
  readonly revokedKeys?: readonly string[]
}

export interface NestedRow {
  readonly parent: string
  readonly row: StripeObject
}

export interface Sandbox extends Mutations {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
  readonly requests: readonly RequestSeen[]
  stats(): Stats
  /** The provider's clock, in unix seconds. */
  now(): number
  advance(seconds: number): void
  /** What a complete copy must hold now, in list order; in live mode only `livemode` differs. Builds every object. */
  truth(resource: ResourceName, livemode?: boolean): readonly StripeObject[]
  /** All rows of a nested list with the ids of their parents, in the order of these; of every parent a complete copy holds. */
  truthNested(name: NestedName, livemode?: boolean): readonly NestedRow[]
  /** The rows of one parent, all of them. */
  rows(name: NestedName, parent: string, livemode?: boolean): readonly StripeObject[]
  /** The same one by one, for a million. */
  objects(resource: ResourceName, livemode?: boolean): Iterable<StripeObject>
  /** Lives through so many days of changes, moving the clock, and says what was done. */
  simulate(days: number, options?: SimulateOptions): readonly Done[]
  /** Makes requests fail from now on; returns how to stop it. */
  fail(rule: FailureRule): () => void
  /** Called with each request before anything is decided about it; a promise holds the request back. */
  onRequest(hook: Hook): () => void
  /** Ends open connections, answered or not. */
  close(): Promise<void>
}

/** Starts a local server that behaves like Stripe's v1 list API. It must be closed. */
export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const {
    seed = 1,
    latencyMs = 0,
    jitterMs = 0,
    limits = 'stripe',
    revokedKeys = [],
    restrictedAccount = false,
    olderEvents = 0.125,
    eventsForNewest = 0,
  } = options
  const clock = createClock(options.now)
  const { customers = 10_000, counts = {}, density = 'growing', sameSecond } = options
  const account = populate({ customers, counts, density, sameSecond, seed, now: clock.now() }, clock.now)
  const { collections, idOf } = account
  const record = createRecord({
    collections,
    lookup: { live: collections, paymentOf: paymentOf(account) },
    random: randomStream(seedFor(seed, 'events')),
    olderShare: olderEvents,
  })
  const mutations = createMutations(collections, record, clock.now)
  if (eventsForNewest > 0) announceNewest(collections, record, eventsForNewest)
  const failures = createFailures(randomStream(seedFor(seed, 'failures')))
  const traffic = createTraffic()
  const hooks = new Set<Hook>()
  const closing = new AbortController()
  // Every request that waits listens to it; Node would warn of a leak from the eleventh.
  setMaxListeners(0, closing.signal)
  const random = randomStream(seedFor(seed, 'requests'))

  function* objects(resource: ResourceName, livemode: boolean) {
    for (const item of collections[resource].all()) yield collections[resource].object(item, livemode)
  }
  function* nestedRows(name: NestedName, livemode: boolean): Generator<NestedRow> {
    for (const parent of collections[nested[name].of].all())
      for (const row of rowsIn(collections, name, parent.id, livemode) ?? []) yield { parent: parent.id, row }
  }
  const serving = createServing({
    answer: createEndpoints({
      collections,
      idOf,
      account: { id: options.account ?? 'acct_sandbox', created: clock.now() - accountAge },
      restrictedAccount,
    }),
    // Limits run in real time whatever the provider's clock says.
    limiter: createLimiter(limits, () => performance.now()),
    failures,
    traffic,
    hooks,
    revokedKeys,
    latency: () => latencyMs + (jitterMs > 0 ? fraction(random) * jitterMs : 0),
    now: clock.now,
    random,
    signal: closing.signal,
  })
  // A Lambda keeps connections over minutes of sleep; a sandbox that closed them first would make its own resets.
  const server = createServer({ keepAliveTimeout: 600_000, requestTimeout: 0, noDelay: true }, serving)
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve),
  )
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('sandbox: the server has no port')

  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    requests: traffic.requests,
    stats: traffic.stats,
    now: clock.now,
    advance: clock.advance,
    truth: (resource, livemode = false) => [...objects(resource, livemode)],
    truthNested: (name, livemode = false) => [...nestedRows(name, livemode)],
    rows: (name, parent, livemode = false) => rowsIn(collections, name, parent, livemode) ?? [],
    objects: (resource, livemode = false) => objects(resource, livemode),
    ...mutations,
    simulate: (days, script = {}) =>
      simulate({ ...account, live: collections, mutations, now: clock.now, advance: clock.advance }, days, script),
    fail: failures.add,
    onRequest(hook) {
      hooks.add(hook)
      return () => void hooks.delete(hook)
    },
    async close() {
      closing.abort()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function createClock(standing: number | undefined) {
  let ahead = 0
  return {
    now: () => (standing ?? Math.floor(Date.now() / 1_000)) + ahead,
    advance(seconds: number) {
      ahead += seconds
    },
  }
}
