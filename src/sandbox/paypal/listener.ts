import type { RequestListener } from 'node:http'
import type { Clock } from '../server/clock.ts'
import type { FailureRules } from '../server/failure-rules.ts'
import { fraction, randomStream, seedFor } from '../server/random.ts'
import { createRequestListener, type Hook } from '../server/request-listener.ts'
import type { Traffic } from '../server/traffic.ts'
import { refusalAnswer } from './answer.ts'
import { authenticate, type Identities } from './caller.ts'
import { createEndpoints } from './endpoints.ts'
import type { Failure } from './failure.ts'
import type { Merchant } from './merchant.ts'
import { createOperations } from './operations/index.ts'
import type { SandboxOptions } from './options.ts'
import { createPayPalLimiter } from './rate-limits.ts'
import { lastRefreshed } from './refreshment.ts'
import { createRouter } from './route.ts'

interface ListenerParts {
  readonly identities: Identities
  readonly merchantOf: (id: string) => Merchant
  readonly clock: Clock
  readonly failures: FailureRules<Failure>
  readonly traffic: Traffic
  readonly hooks: ReadonlySet<Hook>
  readonly signal: AbortSignal
}

/** Answers requests as PayPal's API does. */
export function createPayPalListener(options: SandboxOptions, parts: ListenerParts): RequestListener {
  const { seed = 1, latencyMs = 0, jitterMs = 0 } = options
  const { identities, merchantOf, clock, ...shared } = parts
  const { now } = clock
  const random = randomStream(seedFor(seed, 'requests'))
  const debugId = () => `f${random().toString(16).padStart(8, '0')}${(random() % 4_096).toString(16).padStart(3, '0')}`
  const operations = createOperations({
    now,
    lastRefreshed: () => lastRefreshed(now(), options),
    unavailableStatus: options.unavailableStatus ?? 400,
    tokens: identities.tokens,
    maximumItems: options.maximumItems ?? 10_000,
    filteredBy: options.filteredBy ?? 'initiation',
    subscriptionList: options.subscriptionList ?? 'answers',
    searchShowsFields: options.searchShowsFields ?? false,
  })
  return createRequestListener({
    api: {
      route: createRouter(operations),
      authenticate: (headers) => authenticate(headers, identities),
      answer: createEndpoints(merchantOf),
      refuse: (error) => refusalAnswer(error, debugId()),
      headers: () => ({ Date: new Date(now() * 1_000).toUTCString(), 'Paypal-Debug-Id': debugId() }),
    },
    // Limits run in real time, whatever the provider's clock says.
    limiter: createPayPalLimiter(options, { elapsed: () => performance.now(), now }),
    latency: () => latencyMs + (jitterMs > 0 ? fraction(random) * jitterMs : 0),
    ...shared,
  })
}
