import type { Density } from '../server/density.ts'
import type { BusyDay } from './ledger/story.ts'
import type { IdentifiedName } from './names.ts'
import type { SubscriptionList } from './operations/subscriptions.ts'
import type { LimitOptions } from './rate-limits.ts'
import type { RefreshOptions } from './refreshment.ts'

export interface SandboxOptions extends LimitOptions, RefreshOptions {
  /** Lines of the ledger over three years. Default 1,000. The numbers of the other resources depend on it. */
  readonly transactions?: number
  /** A day on which so many more happen. Default: none. */
  readonly day?: BusyDay
  /** Exact numbers, by resource. Payers are no resource, but customers are made of them. */
  readonly counts?: Readonly<Partial<Record<IdentifiedName | 'payers', number>>>
  /** How the moments are spread over the three years before now. Default `growing`. */
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
  /** The most seconds until a transaction, or a change of it, appears. Default three hours. */
  readonly lag?: number
  /** The status of «Data for the given start date is not available». Peers saw both. Default 400. */
  readonly unavailableStatus?: 400 | 404
  /** Which moment of a transaction the window of Transaction Search is about. Default `initiation`, an assumption. */
  readonly filteredBy?: 'initiation' | 'update'
  /** More rows in a window are refused. Default 10,000. */
  readonly maximumItems?: number
  /** The secrets of the apps by their client ids. Default: that of `sandboxApp`. */
  readonly clients?: Readonly<Record<string, string>>
  /** Ids of accounts. The first is the app's own; a platform reads the others with an assertion. */
  readonly merchants?: readonly string[]
  /** Whether Transaction Search is switched on for the app. Default true. */
  readonly transactionSearch?: boolean
  /** Seconds until a token expires. Default nine hours. */
  readonly tokenLifetime?: number
  /** Whether the list of subscriptions answers, or the status it is refused with. Default `answers`. */
  readonly subscriptionList?: SubscriptionList
  /** Whether a search of invoices shows their items where a request names them. Default false, the harder case. */
  readonly searchShowsFields?: boolean
  /** Default: any free port. */
  readonly port?: number
}

/** The app that the sandbox knows if no other is named. */
export const sandboxApp = { id: 'AXsandboxclientid', secret: 'EXsandboxsecret' } as const
export const sandboxMerchant = 'SANDB2XMERCH2'
