import { createLimiter, type Limiter, type Limits } from '../server/limits.ts'
import type { Caller } from './caller.ts'
import { rateLimited } from './refusal.ts'

export interface LimitOptions {
  /** For one app. Default `paypal`, an assumption: PayPal publishes no limits. */
  readonly limits?: Limits | 'paypal' | 'none'
  /** The seconds that a 429 asks to wait. Default: a 429 does not say. */
  readonly retryAfter?: number
  /** An app that was refused so many times is refused everything for so many seconds of the provider's clock. */
  readonly ban?: { readonly after: number; readonly seconds: number }
}

interface Clocks {
  /** Milliseconds of a clock that never jumps. */
  elapsed(): number
  /** The provider's clock, in unix seconds. */
  now(): number
}

/** A limiter that refuses with PayPal's 429 and, after too many, everything for a while. */
export function createPayPalLimiter(options: LimitOptions, { elapsed, now }: Clocks): Limiter<Caller> {
  const { limits: setting = 'paypal', retryAfter, ban } = options
  const limits = setting === 'none' ? {} : setting === 'paypal' ? assumed : setting
  const limiter = createLimiter<Caller>({ limitsOf: () => limits, refusal: () => rateLimited(retryAfter), elapsed })
  const refused = new Map<string, number>()
  const bannedUntil = new Map<string, number>()
  return {
    enter(caller, endpoint) {
      const { accountKey } = caller
      if (now() < (bannedUntil.get(accountKey) ?? 0)) throw rateLimited(retryAfter)
      try {
        return limiter.enter(caller, endpoint)
      } catch (error) {
        const count = (refused.get(accountKey) ?? 0) + 1
        refused.set(accountKey, count)
        if (ban && count >= ban.after) {
          refused.delete(accountKey)
          bannedUntil.set(accountKey, now() + ban.seconds)
        }
        throw error
      }
    },
  }
}

const assumed: Limits = { accountPerSecond: 2, accountBurst: 10, concurrency: 4 }
