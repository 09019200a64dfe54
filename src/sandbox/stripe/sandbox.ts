import { setMaxListeners } from 'node:events'
import { createAnnouncements, eventText, type Hear } from '../server/announcements.ts'
import { createClock } from '../server/clock.ts'
import { accountAge } from '../server/density.ts'
import { createFailureRules } from '../server/failure-rules.ts'
import { listen } from '../server/listen.ts'
import { randomStream, seedFor } from '../server/random.ts'
import type { Hook } from '../server/request-listener.ts'
import { createTraffic, type RequestSeen, type Stats } from '../server/traffic.ts'
import { paymentOf, recordNewest } from './events/newest.ts'
import { createRecorder } from './events/recorder.ts'
import type { Failure, FailureRule } from './failure.ts'
import { createStripeListener } from './listener.ts'
import { withLivemode } from './livemode.ts'
import { createMutations, type Mutations } from './mutations.ts'
import { type NestedName, nestedLists, nestedRows } from './nested-lists.ts'
import type { SandboxOptions } from './options.ts'
import { populate } from './populate.ts'
import type { StripeObject } from './resource.ts'
import type { ResourceName } from './resources/names.ts'
import { createSteps, type SimulatedStep, type SimulateOptions, simulate } from './simulate/simulate.ts'

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
  /** What a complete copy must hold now, in list order. In live mode only `livemode` differs. Builds every object. */
  expected(resource: ResourceName, livemode?: boolean): readonly StripeObject[]
  /** All rows of a nested list with the ids of their parents, in the order of the parents that a complete copy holds. */
  expectedNested(name: NestedName, livemode?: boolean): readonly NestedRow[]
  /** All rows of one parent. */
  rows(name: NestedName, parent: string, livemode?: boolean): readonly StripeObject[]
  /** The same as `expected`, an object at a time: for a million objects. */
  objects(resource: ResourceName, livemode?: boolean): Iterable<StripeObject>
  /** Simulates so many days of changes, moving the clock, and returns the changes. */
  simulate(days: number, options?: SimulateOptions): readonly SimulatedStep[]
  /** Makes changes one by one, now, as a simulation does: undefined if one fits nothing. */
  steps(seed?: number): () => SimulatedStep | undefined
  /** Calls `hear` with each event from now on, in live mode. Returns a function that ends it. */
  onEvent(hear: Hear): () => void
  /** Makes requests fail from now on. Returns a function that ends it. */
  fail(rule: FailureRule): () => void
  /** Calls the hook with each request. Returns a function that removes the hook. */
  onRequest(hook: Hook): () => void
  /** Closes all connections, answered or not. */
  close(): Promise<void>
}

/** Starts a local server that behaves like Stripe's v1 list API. The caller must close it. */
export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { seed = 1, olderEvents = 0.125, eventsForNewest = 0 } = options
  const clock = createClock(options.now)
  const { customers = 10_000, counts = {}, density = 'growing', sameSecond, populatedUntil = clock.now() } = options
  // No object is created in the future, even on a machine whose clock is behind the history.
  clock.advance(Math.max(0, populatedUntil - clock.now()))
  const data = populate({ customers, counts, density, sameSecond, seed, now: populatedUntil }, clock.now)
  const { collections } = data
  const { tell, listen: onEvent } = createAnnouncements()
  const record = createRecorder({
    collections,
    lookup: { live: collections, paymentOf: paymentOf(data) },
    random: randomStream(seedFor(seed, 'events')),
    olderShare: olderEvents,
    tell: (event) => tell(eventOf(event)),
  })
  const mutations = createMutations(collections, record, clock.now)
  if (eventsForNewest > 0) recordNewest(collections, record, eventsForNewest)
  const access = { ...data, live: collections, mutations, now: clock.now }
  const failures = createFailureRules<Failure>(randomStream(seedFor(seed, 'failures')))
  const traffic = createTraffic('stripe-account')
  const hooks = new Set<Hook>()
  const closing = new AbortController()
  // Every request that waits listens to this signal. Node would warn of a leak at the eleventh.
  setMaxListeners(0, closing.signal)
  const accountCreated = populatedUntil - accountAge
  const parts = { data, accountCreated, clock, failures, traffic, hooks, signal: closing.signal }
  const server = await listen(createStripeListener(options, parts), options.port ?? 0)

  function* objects(resource: ResourceName, livemode: boolean) {
    for (const item of collections[resource].all()) yield collections[resource].object(item, livemode)
  }
  function* rowsWithParents(name: NestedName, livemode: boolean): Generator<NestedRow> {
    for (const parent of collections[nestedLists[name].parent].all())
      for (const row of nestedRows(collections, name, parent.id, livemode) ?? []) yield { parent: parent.id, row }
  }

  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    requests: traffic.requests,
    stats: traffic.stats,
    now: clock.now,
    advance: clock.advance,
    expected: (resource, livemode = false) => [...objects(resource, livemode)],
    expectedNested: (name, livemode = false) => [...rowsWithParents(name, livemode)],
    rows: (name, parent, livemode = false) => nestedRows(collections, name, parent, livemode) ?? [],
    objects: (resource, livemode = false) => objects(resource, livemode),
    ...mutations,
    simulate: (days, simulateOptions = {}) => simulate({ ...access, advance: clock.advance }, days, simulateOptions),
    steps: (stepSeed = seed) => createSteps(access, stepSeed).next,
    onEvent,
    fail: failures.add,
    onRequest(hook) {
      hooks.add(hook)
      return () => void hooks.delete(hook)
    },
    close() {
      closing.abort()
      return server.close()
    },
  }
}

/** An event as a destination in live mode gets it. */
const eventOf = (event: StripeObject) => ({
  id: event.id,
  type: String(event.type),
  body: eventText(withLivemode(event, true)),
  headers: { 'content-type': 'application/json; charset=utf-8' },
})
