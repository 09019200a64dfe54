import type { RequestListener } from 'node:http'
import type { Clock } from '../server/clock.ts'
import type { FailureRules } from '../server/failure-rules.ts'
import { randomText } from '../server/ids.ts'
import { createLimiter } from '../server/limits.ts'
import { fraction, randomStream, seedFor } from '../server/random.ts'
import { createRequestListener, type Hook } from '../server/request-listener.ts'
import type { Traffic } from '../server/traffic.ts'
import { refusalAnswer } from './answer.ts'
import { routeOf } from './api.ts'
import { authenticate } from './caller.ts'
import { createBucket } from './cost/bucket.ts'
import type { Points } from './cost/points.ts'
import { createEndpoint } from './endpoint.ts'
import type { Failure } from './failure.ts'
import { createLoad } from './graphql/load.ts'
import { apiSchema } from './graphql/schema.ts'
import type { SandboxOptions } from './options.ts'
import type { PopulatedShop } from './populate.ts'
import { tooManyRequests } from './refusal.ts'
import type { Tokens } from './tokens.ts'

interface ListenerParts {
  readonly shop: PopulatedShop
  readonly scopes: readonly string[]
  readonly tokens: Tokens
  readonly points: Points
  readonly clock: Clock
  readonly failures: FailureRules<Failure>
  readonly traffic: Traffic
  readonly hooks: ReadonlySet<Hook>
  readonly signal: AbortSignal
}

/** Answers requests as Shopify's API does, from one shop. */
export function createShopifyListener(options: SandboxOptions, parts: ListenerParts): RequestListener {
  const {
    seed = 1,
    latencyMs = 0,
    jitterMs = 0,
    costs = 'linear',
    mostRequested = 1_000,
    shopifyPayments = true,
  } = options
  const { oldestVersion = '2026-01', points: setting = 'standard', limits = {} } = options
  const { shop, scopes, tokens, points, clock, ...shared } = parts
  const random = randomStream(seedFor(seed, 'requests'))
  const pageRandom = randomStream(seedFor(seed, 'pages'))
  const { schema, checkAccess } = apiSchema()
  // Points and limits run in real time, whatever the provider's clock says.
  const elapsed = () => performance.now()
  return createRequestListener({
    api: {
      route: routeOf,
      authenticate: (headers) => authenticate(headers, tokens),
      answer: createEndpoint({
        schema,
        bucket: createBucket(setting, elapsed),
        points,
        costs,
        mostRequested,
        oldestVersion,
        tokens,
        latency: () => latencyMs + (jitterMs > 0 ? fraction(random) * jitterMs : 0),
        signal: parts.signal,
        createExecution: ({ failure, visit }) => ({
          shop,
          schema,
          checkAccess,
          scopes,
          pages: options,
          random: pageRandom,
          failure,
          now: clock.now(),
          shopifyPayments,
          searches: [],
          load: createLoad(shop, { now: clock.now(), scopes }),
          cursorMisused: visit.cursorMisused,
        }),
      }),
      refuse: refusalAnswer,
      headers: () => ({
        Date: new Date(clock.now() * 1_000).toUTCString(),
        'X-Request-Id': randomText(random, 20),
      }),
    },
    limiter: createLimiter({ limitsOf: () => limits, refusal: () => tooManyRequests(), elapsed }),
    latency: () => 0,
    ...shared,
  })
}
