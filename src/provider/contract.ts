import type { Mode } from './account-name.ts'
import type { ChangeSource, ListSource } from './connected.ts'
import type { Nested, Resource, Unsettled } from './resource.ts'

export type { ChangeSource, ListSource, NestedSource, PartitionSource, UnsettledSource } from './connected.ts'
export type {
  Allowance,
  EmbeddedItem,
  EmbeddedItems,
  EmbeddedList,
  Page,
  Query,
  Retrieved,
  TimeFilter,
  Window,
} from './page.ts'
export type { Change, Changes, Nested, ObjectReference, Partition, Resource, Unsettled } from './resource.ts'

/*
 * The contract between the core and a provider, and its glossary.
 *
 *   provider   Stripe, PayPal, …: data and two small functions a resource
 *   account    a provider connected with one tenant's credentials
 *   resource   one listable thing of a provider, landing in one table
 *   source     a resource of a connected account, ready to be read
 *   item, row  what the API returns with its bytes, what the table takes
 *   page       items and the cursor after them
 *   window     half-open interval of time, of creation or of change, [from, to), whole seconds since 1970
 *   part       one of the lists that together are a resource: active and inactive prices, the payments of a location
 *
 * A provider has no loop, no retry, no clock, no log and no database: the core owns looping, retry, limits, stamping,
 * counting and checkpoints.
 */

/** The error code of an object or a resource that the credentials may not read. */
export const permissionDenied = 'permission_denied'

/** The error code of credentials that the provider does not accept (any more). */
export const keyRefused = 'key_not_accepted'

/**
 * A job's credentials. `accessToken` is a secret. Without it the configured key is used if it belongs to `tenantId`.
 */
export interface Credentials {
  readonly tenantId: string
  readonly accessToken: string | undefined
  /** The reference to the secret that `accessToken` was read from, for error messages. */
  readonly secret?: string | undefined
  /** The account that the message names, without its mode. Credentials that name another account are refused. */
  readonly account?: string | undefined
}

/** The account that a key belongs to. */
export interface Identity {
  /** The provider's own id with the mode in it: `acct_1ABC` live, `acct_1ABC:test` otherwise; null if the key may not ask. */
  readonly account: string | null
  /** Second since 1970 before which the account has little or no data. It decides only where slices are split. */
  readonly since: number
}

/** A provider connected with one tenant's credentials. No request has been made yet. */
export interface Account {
  /** See Identity.account; null if the credentials do not name it and only the provider knows. */
  readonly id: string | null
  /** The mode of the key. Test mode of an account is an account of its own. */
  readonly mode: Mode
  /** A keyed hash of the key in use. It identifies the key without revealing it. */
  readonly credential: string
  /** Requests a second over all endpoints. */
  readonly perSecond: number
  /** Requests at once over all endpoints; absent: 64. */
  readonly concurrency?: number
  /** Requests for reading that the provider allows an account in a month, at least; absent: no such limit is known. */
  readonly monthlyReads?: number
  /** The API meters in points: each answer has an `allowance`. */
  readonly metersPoints?: boolean
  readonly sources: readonly ListSource[]
  readonly changes?: ChangeSource
  /** Fetches the account's identity with one request. @throws SyncError */
  identify(signal: AbortSignal): Promise<Identity>
  close(): void
}

/** The parts of a resource that need no credentials. */
export interface ProviderResource
  extends Pick<
    Resource,
    | 'name'
    | 'table'
    | 'optional'
    | 'derivedFrom'
    | 'namedBy'
    | 'parts'
    | 'createdFilter'
    | 'updatedFilter'
    | 'row'
    | 'owner'
  > {
  readonly unsettled?: (Omit<Unsettled, 'list'> & { readonly list?: unknown }) | 'every row'
  readonly retrieve?: unknown
  readonly nested?: readonly Pick<Nested, 'name' | 'table' | 'row' | 'owner'>[]
}

export interface Provider {
  /** Lower case, as in a request's `providerName` and in the `provider` column. */
  readonly name: string
  /** Its resources; `additionalData.resources` names a subset. */
  readonly resources: readonly ProviderResource[]
  /**
   * What the status words of a custom provider mean in the words of the table `states`, by kind. `billing-sync migrate`
   * writes them. Those of a built-in provider come with a migration.
   */
  readonly states?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Whether an `accessToken` is the id of an account that the configured key reads, and no secret. Absent: none is. */
  isAccountName?(accessToken: string): boolean
  /** Its resources for an account without a key: they map items, and refuse every request. Absent: it has none. */
  unconnected?(): readonly ListSource[]
  /** Checks the credentials' shape without a request. @throws SyncError with verdict `reject` */
  connect(credentials: Credentials): Account
}
