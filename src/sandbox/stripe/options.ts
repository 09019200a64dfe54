import type { Density } from '../server/density.ts'
import type { LimitSetting } from './rate-limits.ts'
import type { ResourceName } from './resources/names.ts'

export interface SandboxOptions {
  /** Default 10,000; at most 2,000,000. The numbers of the other resources depend on it. */
  readonly customers?: number
  /** Exact numbers, by resource. */
  readonly counts?: Readonly<Partial<Record<ResourceName, number>>>
  /** Default `growing`. */
  readonly density?: Density
  /** With `same-second`: how many objects share the second. Default 1,000, or a tenth below 10,000 objects. */
  readonly sameSecond?: number
  /** The same seed and `populatedUntil` give the same objects. Default 1. */
  readonly seed?: number
  /** Milliseconds before each answer, and at most so many more, drawn by the seed. Default 0. */
  readonly latencyMs?: number
  readonly jitterMs?: number
  /** Unix seconds at which the provider's clock stands still until `advance` moves it. Default: real time, running. */
  readonly now?: number
  /**
   * The end of the generated history, in unix seconds. Default: the clock's time at the start. With a constant, a sandbox
   * whose clock runs has the same objects at every start.
   */
  readonly populatedUntil?: number
  /** Default `stripe`. */
  readonly limits?: LimitSetting
  /** The share of events that an older version of the API rendered. Default one in eight. */
  readonly olderEvents?: number
  /** So many of the newest objects of each resource have events. Default 0: generated objects have none. */
  readonly eventsForNewest?: number
  /** Default: any free port. */
  readonly port?: number
  /** `GET /v1/account` answers 403 to restricted keys. */
  readonly restrictedAccount?: boolean
  /** The id of the account that a key without a `Stripe-Account` header belongs to. Default `acct_sandbox`. */
  readonly account?: string
  /** Keys that are refused, besides keys that begin `sk_test_invalid`, `rk_live_revoked` and the like. */
  readonly revokedKeys?: readonly string[]
}
