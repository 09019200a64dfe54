import type { Density } from '../server/density.ts'
import type { ResourceName } from './names.ts'
import type { PageOptions } from './pager.ts'
import type { LimitSetting } from './rate-limits.ts'

export interface SandboxOptions extends PageOptions {
  /** Default 1,000; at most 1,000,000. The numbers of the other resources depend on it. */
  readonly payments?: number
  /** Exact numbers, by resource. */
  readonly counts?: Readonly<Partial<Record<ResourceName, number>>>
  /** Default 5: the first is the main one, the fourth was closed; among their currencies are yen and dinars. */
  readonly locations?: number
  /** How the moments of creation are spread over the five years before now. Default `growing`. */
  readonly density?: Density
  /** The same seed and `populatedUntil` give the same objects. Default 1. */
  readonly seed?: number
  /** Milliseconds before each answer, and at most so many more, drawn by the seed. Default 0. */
  readonly latencyMs?: number
  readonly jitterMs?: number
  /** Unix seconds at which the provider's clock stands still until `advance` moves it. Default: real time, running. */
  readonly now?: number
  /** The end of the generated history, in unix seconds. Default: the clock's time at the start. */
  readonly populatedUntil?: number
  /** For the whole application, whichever merchant it reads. Default `square`, an assumption. */
  readonly limits?: LimitSetting
  /** Seconds until the lists show a change; an object asked for by its id is there at once. Default 0. */
  readonly lag?: number
  /** The scopes of every token. Default: all that can be read. */
  readonly scopes?: readonly string[]
  /** Seconds after the start at which every token expires. Default: never. */
  readonly tokenLifetime?: number
  readonly revokedTokens?: readonly string[]
  /** Default `MLSANDBOX00001`. */
  readonly merchant?: string
  /** Default: any free port. */
  readonly port?: number
}
