import type { Caller } from '../stripe/caller.ts'
import { type LimitReason, rateLimited } from '../stripe/refusal.ts'

/** Requests per second and at a time, of one account in one mode. What is absent is not limited. */
export interface Limits {
  readonly accountPerSecond?: number
  readonly endpointPerSecond?: number
  /** Requests of one account being answered at the same time. */
  readonly concurrency?: number
  readonly endpointConcurrency?: number
}

export type LimitSetting = Limits | 'stripe' | 'none'

/**
 * What docs.stripe.com/rate-limits states: 100 a second with a live key, 25 with a test key, 25 for each endpoint.
 * Stripe does not publish its concurrency limit; 64 is ours, four endpoints at 16 each.
 */
const stripeLimits = (livemode: boolean): Limits => ({
  accountPerSecond: livemode ? 100 : 25,
  endpointPerSecond: 25,
  concurrency: 64,
})

export interface Limiter {
  /** Lets a request in or throws a 429. What it returns must be called once, when the request is over. */
  enter(caller: Caller, endpoint: string): () => void
}

/** Token buckets that hold one second of requests, per account and mode. `elapsed` is in milliseconds and never jumps. */
export function createLimiter(setting: LimitSetting, elapsed: () => number): Limiter {
  const gates = new Map<string, Gate>()
  const gate = (name: string, perSecond: number | undefined) => {
    const known = gates.get(name) ?? { open: 0, tokens: perSecond ?? 0, at: elapsed() }
    gates.set(name, known)
    return known
  }
  return {
    enter(caller, endpoint) {
      const limits = setting === 'none' ? {} : setting === 'stripe' ? stripeLimits(caller.livemode) : setting
      const account = gate(caller.tenant, limits.accountPerSecond)
      const operation = gate(`${caller.tenant} ${endpoint}`, limits.endpointPerSecond)
      const reason: LimitReason | undefined =
        (full(account, limits.concurrency) && 'global-concurrency') ||
        (full(operation, limits.endpointConcurrency) && 'endpoint-concurrency') ||
        (empty(account, limits.accountPerSecond, elapsed()) && 'global-rate') ||
        (empty(operation, limits.endpointPerSecond, elapsed()) && 'endpoint-rate') ||
        undefined
      if (reason) throw rateLimited(reason)

      for (const passed of [account, operation]) {
        passed.tokens--
        passed.open++
      }
      return () => {
        account.open--
        operation.open--
      }
    },
  }
}

interface Gate {
  open: number
  tokens: number
  /** When the tokens were last counted, in milliseconds. */
  at: number
}

const full = (gate: Gate, most: number | undefined) => most !== undefined && gate.open >= most

/** Fills the bucket for the time that has passed and says whether it still holds less than one request. */
function empty(gate: Gate, perSecond: number | undefined, now: number): boolean {
  if (perSecond === undefined) return false
  gate.tokens = Math.min(Math.max(perSecond, 1), gate.tokens + ((now - gate.at) / 1_000) * perSecond)
  gate.at = now
  return gate.tokens < 1
}
