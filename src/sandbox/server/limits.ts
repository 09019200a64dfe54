/** Requests per second and at the same time, for one account. An absent property is no limit. */
export interface Limits {
  readonly accountPerSecond?: number
  /** Requests that an account may save up. Default: those of one second. */
  readonly accountBurst?: number
  readonly endpointPerSecond?: number
  /** Requests of one account being answered at the same time. */
  readonly concurrency?: number
  readonly endpointConcurrency?: number
}

/** Which limit a request exceeded. */
export type ExceededLimit = 'global-rate' | 'endpoint-rate' | 'global-concurrency' | 'endpoint-concurrency'

interface LimiterOptions<Caller> {
  limitsOf(caller: Caller): Limits
  /** The error to throw for a request over a limit. */
  refusal(reason: ExceededLimit): Error
  /** Milliseconds of a clock that never jumps. */
  elapsed(): number
}

export interface Limiter<Caller> {
  /** Admits a request or throws. The caller must call the returned function once, when the request has ended. */
  enter(caller: Caller, endpoint: string): () => void
}

/** Token buckets that hold one second of requests unless a burst is named, for each account and for each of its endpoints. */
export function createLimiter<Caller extends { readonly accountKey: string }>({
  limitsOf,
  refusal,
  elapsed,
}: LimiterOptions<Caller>): Limiter<Caller> {
  const gates = new Map<string, Gate>()
  const gate = (name: string, perSecond: number | undefined, burst = perSecond) => {
    const known = gates.get(name) ?? { open: 0, tokens: burst ?? 0, at: elapsed() }
    gates.set(name, known)
    return known
  }
  return {
    enter(caller, endpoint) {
      const limits = limitsOf(caller)
      const account = gate(caller.accountKey, limits.accountPerSecond, limits.accountBurst)
      const operation = gate(`${caller.accountKey} ${endpoint}`, limits.endpointPerSecond)
      const reason: ExceededLimit | undefined =
        (full(account, limits.concurrency) && 'global-concurrency') ||
        (full(operation, limits.endpointConcurrency) && 'endpoint-concurrency') ||
        (empty(account, limits.accountPerSecond, elapsed(), limits.accountBurst) && 'global-rate') ||
        (empty(operation, limits.endpointPerSecond, elapsed()) && 'endpoint-rate') ||
        undefined
      if (reason) throw refusal(reason)

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

/** Adds the tokens of the time that has passed; true if the bucket holds less than one request even so. */
function empty(gate: Gate, perSecond: number | undefined, now: number, burst = perSecond ?? 1): boolean {
  if (perSecond === undefined) return false
  gate.tokens = Math.min(Math.max(burst, 1), gate.tokens + ((now - gate.at) / 1_000) * perSecond)
  gate.at = now
  return gate.tokens < 1
}
