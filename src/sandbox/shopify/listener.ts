import type { RequestListener } from 'node:http'
import { executeSync, parse } from 'graphql'
import type { Clock } from '../server/clock.ts'
import type { FailureRules } from '../server/failure-rules.ts'
import { randomText } from '../server/ids.ts'
import { createLimiter } from '../server/limits.ts'
import { fraction, randomStream, seedFor } from '../server/random.ts'
import { createRequestListener, type Hook } from '../server/request-listener.ts'
import type { Traffic } from '../server/traffic.ts'
import { refusalAnswer } from './answer.ts'
import { routeOf } from './api.ts'
import { createBulkOperations } from './bulk/operations.ts'
import { authenticate } from './caller.ts'
import { createBucket } from './cost/bucket.ts'
import type { Points } from './cost/points.ts'
import { createEndpoint } from './endpoint.ts'
import type { Failure } from './failure.ts'
import { createPrepare } from './graphql/document.ts'
import type { Execution } from './graphql/execution.ts'
import { createLoad } from './graphql/load.ts'
import { resolveField } from './graphql/resolve.ts'
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
  /** The address of the sandbox, once it listens. */
  url(): string
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
  const { shop, scopes, tokens, points, clock, url, ...shared } = parts
  const random = randomStream(seedFor(seed, 'requests'))
  const pageRandom = randomStream(seedFor(seed, 'pages'))
  const { schema, checkAccess } = apiSchema()
  // Points and limits run in real time, whatever the provider's clock says.
  const elapsed = () => performance.now()
  const prepare = createPrepare(schema)
  const executionOf = (given: Pick<Execution, 'failure' | 'cursorMisused' | 'bulk'>): Execution => ({
    ...given,
    shop,
    schema,
    checkAccess,
    scopes,
    pages: options,
    random: pageRandom,
    now: clock.now(),
    shopifyPayments,
    searches: [],
    bulkOperations,
    load: createLoad(shop, { now: clock.now(), scopes }),
  })
  const bulkOperations = createBulkOperations({
    prepare,
    options,
    now: clock.now,
    url,
    execute: (query, bulk) =>
      executeSync({
        schema,
        document: parse(query),
        contextValue: executionOf({ failure: undefined, cursorMisused: () => {}, bulk }),
        fieldResolver: resolveField,
      }),
    signal: parts.signal,
  })
  return createRequestListener({
    api: {
      route: routeOf,
      authenticate: (headers) => authenticate(headers, tokens),
      answer: createEndpoint({
        schema,
        prepare,
        bulkOperations,
        bucket: createBucket(setting, elapsed),
        points,
        costs,
        mostRequested,
        oldestVersion,
        tokens,
        latency: () => latencyMs + (jitterMs > 0 ? fraction(random) * jitterMs : 0),
        signal: parts.signal,
        createExecution: ({ failure, visit: { cursorMisused } }) =>
          executionOf({ failure, cursorMisused, bulk: undefined }),
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
