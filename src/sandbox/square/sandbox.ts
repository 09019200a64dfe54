import { setMaxListeners } from 'node:events'
import { createAnnouncements, type Hear } from '../server/announcements.ts'
import { createClock } from '../server/clock.ts'
import { createFailureRules } from '../server/failure-rules.ts'
import { listen } from '../server/listen.ts'
import { randomStream, seedFor } from '../server/random.ts'
import type { Hook } from '../server/request-listener.ts'
import { createTraffic, type RequestSeen, type Stats } from '../server/traffic.ts'
import { eventOf } from './events/tell-of.ts'
import type { Failure, FailureRule } from './failure.ts'
import { createSquareListener } from './listener.ts'
import type { SquareLocation } from './locations.ts'
import { createMutations, type Mutations } from './mutations.ts'
import type { ResourceName } from './names.ts'
import type { SandboxOptions } from './options.ts'
import { populate } from './populate.ts'
import { createSteps, type SimulatedStep, type SimulateOptions, simulate } from './simulate/simulate.ts'
import type { SquareObject } from './square-object.ts'
import { second } from './timestamps.ts'

export interface Sandbox extends Mutations {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
  /** Each request as it was sent, with its body. */
  readonly requests: readonly RequestSeen[]
  readonly merchant: string
  /** The first is the main one. */
  readonly locations: readonly SquareLocation[]
  stats(): Stats
  /** The provider's clock, in unix seconds. */
  now(): number
  advance(seconds: number): void
  /** What a complete copy must hold now, in no order. Tombstones of the catalog are not in it. */
  expected(resource: ResourceName): readonly SquareObject[]
  /** The same, an object at a time: for a million objects. */
  objects(resource: ResourceName): Iterable<SquareObject>
  /** Simulates so many days of changes, moving the clock, and returns the changes. */
  simulate(days: number, options?: SimulateOptions): readonly SimulatedStep[]
  /** Makes changes one by one, now, as a simulation does: undefined if one fits nothing. */
  steps(options?: SimulateOptions): () => SimulatedStep | undefined
  /** Calls `hear` with each event from now on. Returns a function that ends it. */
  onEvent(hear: Hear): () => void
  /** The token is expired, or revoked, from now on. */
  expireToken(token: string): void
  revokeToken(token: string): void
  /** Makes requests fail from now on. Returns a function that ends it. */
  fail(rule: FailureRule): () => void
  /** Calls the hook with each request. Returns a function that removes the hook. */
  onRequest(hook: Hook): () => void
  /** Closes all connections, answered or not. */
  close(): Promise<void>
}

/** Starts a local server that behaves like Square's API, written from its specification. The caller must close it. */
export async function createSquareSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { seed = 1, payments = 1_000, counts = {}, locations = 5, density = 'growing' } = options
  const { merchant = 'MLSANDBOX00001', lag = 0, tokenLifetime, revokedTokens = [] } = options
  const clock = createClock(options.now)
  const { populatedUntil = clock.now() } = options
  // No object is created in the future, even on a machine whose clock is behind the history.
  clock.advance(Math.max(0, populatedUntil - clock.now()))
  const nowMs = () => clock.now() * second
  const populated = populate({ payments, counts, locations, density, seed, merchant, now: populatedUntil }, nowMs)
  const { collections, data } = populated
  const { tell, listen: onEvent } = createAnnouncements()
  const mutations = createMutations(collections, {
    now: nowMs,
    lag: lag * second,
    tell(change) {
      const event = eventOf(merchant, change)
      if (event) tell(event)
    },
  })
  const access = { live: collections, data, mutations, now: nowMs, seconds: clock.now }
  const tokens = {
    revoked: new Set(revokedTokens),
    expired: new Set<string>(),
    expireAt: tokenLifetime === undefined ? undefined : clock.now() + tokenLifetime,
    now: clock.now,
  }
  const failures = createFailureRules<Failure>(randomStream(seedFor(seed, 'failures')))
  // Square has no header that names an account: the token does.
  const traffic = createTraffic('square-account')
  const hooks = new Set<Hook>()
  const closing = new AbortController()
  // Every request that waits listens to this signal. Node would warn of a leak at the eleventh.
  setMaxListeners(0, closing.signal)
  const parts = { merchant: populated, tokens, clock, failures, traffic, hooks, signal: closing.signal }
  const server = await listen(createSquareListener(options, parts), options.port ?? 0)

  function* objects(resource: ResourceName): Generator<SquareObject> {
    for (const object of collections[resource].all()) if (object.is_deleted !== true) yield object
  }

  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    requests: traffic.requests,
    merchant,
    locations: data.locations,
    stats: traffic.stats,
    now: clock.now,
    advance: clock.advance,
    expected: (resource) => [...objects(resource)],
    objects,
    ...mutations,
    simulate: (days, simulateOptions = {}) => simulate({ ...access, advance: clock.advance }, days, simulateOptions),
    steps: (stepOptions = {}) => createSteps(access, stepOptions).next,
    onEvent,
    expireToken: (token) => void tokens.expired.add(token),
    revokeToken: (token) => void tokens.revoked.add(token),
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
