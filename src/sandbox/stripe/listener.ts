import type { RequestListener } from 'node:http'
import type { Clock } from '../server/clock.ts'
import type { FailureRules } from '../server/failure-rules.ts'
import { randomText } from '../server/ids.ts'
import { fraction, randomStream, seedFor } from '../server/random.ts'
import { createRequestListener, type Hook } from '../server/request-listener.ts'
import type { Traffic } from '../server/traffic.ts'
import { refusalAnswer } from './answer.ts'
import { authenticate } from './caller.ts'
import { createEndpoints } from './endpoints.ts'
import { pinnedVersion } from './events/older-shapes.ts'
import type { Failure } from './failure.ts'
import type { SandboxOptions } from './options.ts'
import type { PopulatedAccount } from './populate.ts'
import { createStripeLimiter } from './rate-limits.ts'
import { routeOf } from './route.ts'

interface ListenerParts {
  readonly data: PopulatedAccount
  /** When the account was created, in unix seconds. */
  readonly accountCreated: number
  readonly clock: Clock
  readonly failures: FailureRules<Failure>
  readonly traffic: Traffic
  readonly hooks: ReadonlySet<Hook>
  readonly signal: AbortSignal
}

/** Answers requests as Stripe's API does, from one account. */
export function createStripeListener(options: SandboxOptions, parts: ListenerParts): RequestListener {
  const {
    seed = 1,
    latencyMs = 0,
    jitterMs = 0,
    limits = 'stripe',
    revokedKeys = [],
    restrictedAccount = false,
    account = 'acct_sandbox',
  } = options
  const { data, accountCreated, clock, ...shared } = parts
  const random = randomStream(seedFor(seed, 'requests'))
  return createRequestListener({
    api: {
      route: routeOf,
      authenticate: (headers) => authenticate(headers, revokedKeys),
      answer: createEndpoints({ ...data, account: { id: account, created: accountCreated }, restrictedAccount }),
      refuse: refusalAnswer,
      headers: ({ 'stripe-version': version }) => ({
        Date: new Date(clock.now() * 1_000).toUTCString(),
        'Request-Id': `req_${randomText(random, 14)}`,
        'Stripe-Version': typeof version === 'string' ? version : pinnedVersion,
      }),
    },
    // Limits run in real time, whatever the provider's clock says.
    limiter: createStripeLimiter(limits, () => performance.now()),
    latency: () => latencyMs + (jitterMs > 0 ? fraction(random) * jitterMs : 0),
    ...shared,
  })
}
