import { setMaxListeners } from 'node:events'
import { createAnnouncements, type Hear } from '../server/announcements.ts'
import { createClock } from '../server/clock.ts'
import { listen } from '../server/listen.ts'
import { randomStream, seedFor } from '../server/random.ts'
import type { Hook } from '../server/request-listener.ts'
import { createTraffic, type RequestSeen, type Stats } from '../server/traffic.ts'
import { apps } from './apps.ts'
import { createPoints, type PointStats } from './cost/points.ts'
import { eventOf } from './events/tell-of.ts'
import type { FailureRule } from './failure.ts'
import { createFieldRules } from './field-rules.ts'
import { createShopifyListener } from './listener.ts'
import { createMutations, type Mutations } from './mutations.ts'
import type { ResourceName } from './names.ts'
import type { SandboxOptions } from './options.ts'
import { populate } from './populate.ts'
import { readScopes } from './scopes.ts'
import { fieldOf, type ShopifyObject } from './shopify-object.ts'
import { createSteps, type SimulatedStep, type SimulateOptions, simulate } from './simulate/simulate.ts'
import { day } from './timestamps.ts'
import { createTokens } from './tokens.ts'

export interface Sandbox extends Mutations {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
  /** Each request as it was sent, with its body. */
  readonly requests: readonly RequestSeen[]
  /** `sandbox.myshopify.com` */
  readonly domain: string
  stats(): Stats & { readonly points: PointStats }
  /** The provider's clock, in unix seconds. */
  now(): number
  advance(seconds: number): void
  /** What a complete copy must hold now, in no order: nothing of other apps. Lists within an object are whole. */
  expected(resource: ResourceName): readonly ShopifyObject[]
  /** The same, an object at a time: for a million objects. */
  objects(resource: ResourceName): Iterable<ShopifyObject>
  /** Simulates so many days of changes, moving the clock, and returns the changes. */
  simulate(days: number, options?: SimulateOptions): readonly SimulatedStep[]
  /** Makes changes one by one, now, as a simulation does: undefined if one fits nothing. */
  steps(options?: SimulateOptions): () => SimulatedStep | undefined
  /** Calls `hear` with each event from now on. Returns a function that ends it. */
  onEvent(hear: Hear): () => void
  /** The token is refused from now on. */
  expireToken(token: string): void
  revokeToken(token: string): void
  /** Makes requests fail from now on. Returns a function that ends it. */
  fail(rule: FailureRule): () => void
  /** Calls the hook with each request. Returns a function that removes the hook. */
  onRequest(hook: Hook): () => void
  /** Closes all connections, answered or not. */
  close(): Promise<void>
}

/** Starts a local server that behaves like Shopify's Admin API, on its official schema. The caller must close it. */
export async function createShopifySandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { seed = 1, orders = 1_000, counts = {}, density = 'growing', lag = 0, scopes = readScopes } = options
  const { domain = 'sandbox.myshopify.com', currency = 'USD', tokenLifetime, revokedTokens = [] } = options
  const { clientId = 'sandbox-client', clientSecret = 'shpss_sandbox', grantLifetime = day } = options
  const clock = createClock(options.now)
  const { populatedUntil = clock.now() } = options
  // No object is created in the future, even on a machine whose clock is behind the history.
  clock.advance(Math.max(0, populatedUntil - clock.now()))
  const shop = populate({ orders, counts, density, seed, shop: { domain, currency }, now: populatedUntil }, clock.now)
  const { tell, listen: onEvent } = createAnnouncements()
  const mutations = createMutations(shop.collections, {
    now: clock.now,
    lag,
    tell(change) {
      // The clock has whole seconds, and a trigger has its milliseconds.
      const event = eventOf(domain, { ...change, at: clock.now() * 1_000 + (Date.now() % 1_000) })
      if (event) tell(event)
    },
  })
  const access = { live: shop.collections, data: shop.data, mutations, now: clock.now }
  const tokens = createTokens({
    clientId,
    clientSecret,
    scopes,
    seed,
    grantedFor: grantLifetime,
    expireAt: tokenLifetime === undefined ? undefined : clock.now() + tokenLifetime,
    revoked: revokedTokens,
    now: clock.now,
  })
  const failures = createFieldRules(randomStream(seedFor(seed, 'failures')))
  // Shopify has no header that names an account: the host does.
  const traffic = createTraffic('shopify-account')
  const points = createPoints()
  const hooks = new Set<Hook>()
  const closing = new AbortController()
  // Every request that waits listens to this signal. Node would warn of a leak at the eleventh.
  setMaxListeners(0, closing.signal)
  let url = ''
  const parts = {
    shop,
    scopes,
    tokens,
    points,
    clock,
    failures,
    traffic,
    hooks,
    signal: closing.signal,
    url: () => url,
  }
  const server = await listen(createShopifyListener(options, parts), options.port ?? 0)
  url = `http://127.0.0.1:${server.port}`

  function* objects(resource: ResourceName): Generator<ShopifyObject> {
    for (const object of shop.collections[resource].all()) if (isOurs(object)) yield object
  }

  return {
    url,
    port: server.port,
    requests: traffic.requests,
    domain,
    stats: () => ({ ...traffic.stats(), points: points.stats() }),
    now: clock.now,
    advance: clock.advance,
    expected: (resource) => [...objects(resource)],
    objects,
    ...mutations,
    simulate: (days, simulateOptions = {}) => simulate({ ...access, advance: clock.advance }, days, simulateOptions),
    steps: (stepOptions = {}) => createSteps(access, stepOptions).next,
    onEvent,
    expireToken: tokens.expire,
    revokeToken: tokens.revoke,
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

/** A contract of another app is there, but this app never sees it. */
const isOurs = ({ __typename, app }: ShopifyObject) =>
  __typename !== 'SubscriptionContract' || fieldOf(app, 'id') === apps.billingSync.id
