import type { Density } from '../server/density.ts'
import type { Limits } from '../server/limits.ts'
import type { BulkOptions } from './bulk/operations.ts'
import type { PointSetting } from './cost/bucket.ts'
import type { CostRule } from './cost/cost.ts'
import type { PageOptions } from './graphql/execution.ts'
import type { ResourceName } from './names.ts'

export interface SandboxOptions extends PageOptions, BulkOptions {
  /** Default 1,000; at most 1,000,000. The numbers of the other resources depend on it. */
  readonly orders?: number
  /** Exact numbers, by resource. */
  readonly counts?: Readonly<Partial<Record<ResourceName, number>>>
  /** How the moments of creation are spread over the five years before now. Default `growing`. */
  readonly density?: Density
  /** The same seed and `populatedUntil` give the same objects. Default 1. */
  readonly seed?: number
  /** The currency of the shop. Those of its customers are several, yen and dinars among them. Default `USD`. */
  readonly currency?: string
  /** Default `sandbox.myshopify.com`. */
  readonly domain?: string
  /** Whether the shop takes payments through Shopify Payments. Default true. */
  readonly shopifyPayments?: boolean
  /** Milliseconds before each answer, and at most so many more, drawn by the seed. Default 0. */
  readonly latencyMs?: number
  readonly jitterMs?: number
  /** Unix seconds at which the provider's clock stands still until `advance` moves it. Default: real time, running. */
  readonly now?: number
  /** The end of the generated history, in unix seconds. Default: the clock's time at the start. */
  readonly populatedUntil?: number
  /** By the plan of the shop, or in points; `none` is a bucket that is always full. Default `standard`: 100 points/s. */
  readonly points?: PointSetting
  /** How the size of a list counts. Default `linear`, as documented. */
  readonly costs?: CostRule
  /** What one query may ask for at most. Default 1,000, as documented. */
  readonly mostRequested?: number
  /** Limits of requests, for answers with status 429. Shopify has none for queries. Default: none. */
  readonly limits?: Limits
  /** Seconds until the lists show a change; an object asked for by its id is there at once. Default 0. */
  readonly lag?: number
  /** The scopes of the app. Default: all that can be read. */
  readonly scopes?: readonly string[]
  /** Older versions fall forward to this. Default `2026-01`. */
  readonly oldestVersion?: string
  /** Seconds after the start at which every token that was not granted here expires. Default: never. */
  readonly tokenLifetime?: number
  /** Seconds that a token lives which the sandbox grants. Default 24 hours. */
  readonly grantLifetime?: number
  readonly revokedTokens?: readonly string[]
  /** Default `sandbox-client` and `shpss_sandbox`. */
  readonly clientId?: string
  readonly clientSecret?: string
  /** Default: any free port. */
  readonly port?: number
}
