import type { RequestListener } from 'node:http'
import type { Clock } from '../server/clock.ts'
import type { FailureRules } from '../server/failure-rules.ts'
import { randomText } from '../server/ids.ts'
import { fraction, randomStream, seedFor } from '../server/random.ts'
import { createRequestListener, type Hook } from '../server/request-listener.ts'
import type { Traffic } from '../server/traffic.ts'
import { refusalAnswer } from './answer.ts'
import { authenticate, defaultVersion, type Tokens } from './caller.ts'
import { createEndpoints } from './endpoints.ts'
import type { Failure } from './failure.ts'
import { createOperations } from './operations/index.ts'
import type { SandboxOptions } from './options.ts'
import { createPager } from './pager.ts'
import type { PopulatedMerchant } from './populate.ts'
import { createSquareLimiter } from './rate-limits.ts'
import { createRouter } from './route.ts'
import { readScopes } from './scopes.ts'
import { second } from './timestamps.ts'

interface ListenerParts {
  readonly merchant: PopulatedMerchant
  readonly tokens: Tokens
  readonly clock: Clock
  readonly failures: FailureRules<Failure>
  readonly traffic: Traffic
  readonly hooks: ReadonlySet<Hook>
  readonly signal: AbortSignal
}

/** Answers requests as Square's API does, from one merchant. */
export function createSquareListener(options: SandboxOptions, parts: ListenerParts): RequestListener {
  const { seed = 1, latencyMs = 0, jitterMs = 0, limits = 'square', scopes = readScopes } = options
  const { merchant, tokens, clock, ...shared } = parts
  const random = randomStream(seedFor(seed, 'requests'))
  const pager = createPager({ now: () => clock.now() * second, random: randomStream(seedFor(seed, 'pages')), options })
  const expireAt = (tokens.expireAt ?? Number.POSITIVE_INFINITY) * second
  return createRequestListener({
    api: {
      route: createRouter(createOperations({ ...merchant, pager, scopes, expireAt })),
      authenticate: (headers) => authenticate(headers, tokens),
      answer: createEndpoints(scopes),
      refuse: refusalAnswer,
      headers: ({ 'square-version': version }) => ({
        Date: new Date(clock.now() * second).toUTCString(),
        'Square-Version': typeof version === 'string' ? version : defaultVersion,
        'X-Request-Id': randomText(random, 20),
      }),
    },
    // Limits run in real time, whatever the provider's clock says.
    limiter: createSquareLimiter(limits, () => performance.now()),
    latency: () => latencyMs + (jitterMs > 0 ? fraction(random) * jitterMs : 0),
    ...shared,
  })
}
