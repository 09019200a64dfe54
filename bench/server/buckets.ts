/** Requests a second that one account may make; Infinity: no limit. */
export interface Limits {
  readonly accountPerSecond: number
  readonly endpointPerSecond: number
}

export type LimitReason = 'global-rate' | 'endpoint-rate'

export interface Buckets {
  /** Takes a token for the request, or says which bucket has none. */
  take(account: string, endpoint: string): LimitReason | null
}

/** Token buckets that hold a second's worth of requests, for each account and for each of its endpoints. */
export function createBuckets({ accountPerSecond, endpointPerSecond }: Limits): Buckets {
  const buckets = new Map<string, { tokens: number; at: number }>()
  const filled = (name: string, perSecond: number) => {
    const now = performance.now()
    const bucket = buckets.get(name) ?? { tokens: perSecond, at: now }
    buckets.set(name, bucket)
    bucket.tokens = Math.min(perSecond, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond)
    bucket.at = now
    return bucket
  }
  return {
    take(account, endpoint) {
      const global = Number.isFinite(accountPerSecond) ? filled(account, accountPerSecond) : { tokens: 1 }
      const bucket = Number.isFinite(endpointPerSecond)
        ? filled(`${account} ${endpoint}`, endpointPerSecond)
        : { tokens: 1 }
      if (global.tokens < 1) return 'global-rate'
      if (bucket.tokens < 1) return 'endpoint-rate'
      global.tokens--
      bucket.tokens--
      return null
    },
  }
}
