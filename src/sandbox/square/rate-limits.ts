import { createLimiter, type Limiter, type Limits } from '../server/limits.ts'
import type { Caller } from './caller.ts'
import { rateLimited } from './refusal.ts'

export type LimitSetting = Limits | 'square' | 'none'

/**
 * A limiter that refuses with Square's 429. Square publishes no limits; peers saw them for a whole application. Ten
 * requests a second and eight at once are an assumption. `elapsed` gives the milliseconds of a clock that never jumps.
 */
export function createSquareLimiter(setting: LimitSetting, elapsed: () => number): Limiter<Caller> {
  const limits = setting === 'none' ? {} : setting === 'square' ? assumed : setting
  return createLimiter({ limitsOf: () => limits, refusal: () => rateLimited(), elapsed })
}

const assumed: Limits = { accountPerSecond: 10, concurrency: 8 }
