import { createLimiter, type Limiter, type Limits } from '../server/limits.ts'
import type { Caller } from './caller.ts'
import { rateLimited } from './refusal.ts'

export type LimitSetting = Limits | 'stripe' | 'none'

/** A limiter that refuses with Stripe's 429. `elapsed` gives the milliseconds of a clock that never jumps. */
export function createStripeLimiter(setting: LimitSetting, elapsed: () => number): Limiter<Caller> {
  return createLimiter({
    limitsOf: ({ livemode }) => (setting === 'none' ? {} : setting === 'stripe' ? stripeLimits(livemode) : setting),
    refusal: rateLimited,
    elapsed,
  })
}

/**
 * The limits that docs.stripe.com/rate-limits states: 100 a second with a live key, 25 with a test key, 25 for each
 * endpoint. Stripe does not publish its concurrency limit; 64 is an assumption, four endpoints at 16 each.
 */
const stripeLimits = (livemode: boolean): Limits => ({
  accountPerSecond: livemode ? 100 : 25,
  endpointPerSecond: 25,
  concurrency: 64,
})
