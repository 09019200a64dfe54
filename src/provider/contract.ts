import type { SyncedTable } from '../db/schema.ts'
import type { Item } from '../json/item.ts'
import type { Mode } from './account-name.ts'
import type { RowMapping } from './mapping.ts'
import type { Owner } from './owner.ts'
import type { EmbeddedItems, EmbeddedList, Page, Query, Retrieved, TimeFilter } from './page.ts'

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

/** The parts of a resource that only the account knows: its locations. */
export interface Partition<Connection = unknown> {
  /** The parts by name, or several of them in one with commas between, if one request reads them together. */
  list(connection: Connection, signal: AbortSignal): Promise<readonly string[]>
  /** The column that says for ever which part a row is in, by its name in code. A part's list proves nothing of other parts. */
  readonly column: string
}

/** A list embedded in a resource's items and stored in its own table: an invoice's lines. */
export interface Nested<Connection = unknown, Table extends SyncedTable = SyncedTable> {
  /** The name in progress and results: `invoice_lines`. */
  readonly name: string
  readonly table: Table
  /** The column of `table` for the parent's id, by its name in code. The core always fills it. */
  readonly parent: string
  /** Null if the item has no such list. */
  embedded(item: Item): EmbeddedList | null
  /** Fetches a page of the rest. */
  list(connection: Connection, parentId: string, query: Query, signal: AbortSignal): Promise<Page>
  /** See Resource.row. */
  readonly row: RowMapping<Table>
  /** See Resource.owner. */
  readonly owner: Owner | null
  /** See Resource.embeddedItems. */
  embeddedItems?(item: Item): EmbeddedItems
}

export interface Resource<Connection = unknown, Table extends SyncedTable = SyncedTable> {
  readonly name: string
  readonly table: Table
  /** Only jobs that name the resource in `additionalData.resources` read it. */
  readonly optional?: boolean
  /** The API filters by creation time, so that the core can slice the resource. */
  readonly createdFilter?: TimeFilter
  /** The API filters by the time of the last change: what an incremental job reads of a resource that has no events. */
  readonly updatedFilter?: TimeFilter
  /**
   * Rows that may change without an event. `every row`: an incremental job reads the whole list. Absent: none, or every row
   * if the provider has no feed and the list no `updatedFilter`.
   */
  readonly unsettled?: Unsettled<Connection> | 'every row'
  /** Lists that are complete only together: Stripe's active and inactive prices. Absent if one list is complete. */
  readonly parts?: readonly string[]
  /** The same, if only the account knows them. */
  readonly partition?: Partition<Connection>
  /** The most items of a page; absent: 100. */
  readonly pageSize?: number
  /** Requests a second that this endpoint allows; absent if the account's limit is the only one. */
  readonly perSecond?: number
  /** Requests at once that this endpoint allows. */
  readonly concurrency?: number
  /** Fetches one page. May throw any error of the SDK; the provider's `failure` reads it. */
  list(connection: Connection, query: Query, signal: AbortSignal): Promise<Page>
  /** Fetches the current state of one object. Absent if the API cannot. */
  retrieve?(connection: Connection, id: string, signal: AbortSignal): Promise<Retrieved>
  /** Whether the item says only that the object is gone. Absent: no item does. */
  gone?(item: Item): boolean
  /**
   * Maps an item. Throws if the item has no usable id; any other field of an unknown shape becomes null, and its column
   * is reported to `onDrift` and counted.
   */
  readonly row: RowMapping<Table>
  /** The rows' owner; null if customers share the rows. The erasure of a customer keeps shared rows. */
  readonly owner: Owner | null
  readonly nested?: readonly Nested<Connection>[]
  /** Complete items of other resources inside an item that their list may omit: prices made inline. */
  embeddedItems?(item: Item): EmbeddedItems
}

/** Which rows may change without an event after they were created. An incremental job asks the provider for these again. */
export interface Unsettled<Connection = unknown> {
  /** The column, by its name in code, that tells; or a field of the payload, for tables that hold objects of all kinds. */
  readonly by: { readonly column: string } | { readonly field: string }
  /** Its values in such rows. */
  readonly values: readonly (string | null)[]
  /** The column, by its name in code, with the time before which the row does not change. */
  readonly dueAt?: string
  /** Lists all such objects. Absent if the API cannot. */
  list?(connection: Connection, query: Query, signal: AbortSignal): Promise<Page>
}

/** The unsettled rows of a connected account. */
export type UnsettledSource = Omit<Unsettled, 'list'> & { list?(query: Query, signal: AbortSignal): Promise<Page> }

/** A change of an object, as an event reports it. */
export interface Change {
  readonly resource: string
  readonly id: string
  /** Second since 1970. */
  readonly at: number
  /** The provider no longer has the object. */
  readonly gone: boolean
  /** The object at that time; null if the event has it in another API version's shape. The core then fetches it. */
  readonly item: Item | null
}

/** The feed of changes: it shows updates and deletes to an incremental job. */
export interface Changes<Connection = unknown> {
  /** The days that the provider keeps events; a cursor must be younger. */
  readonly keptDays: number
  /** Resources with events for every change. Other resources are read by creation time as well, with an overlap. */
  readonly announced: readonly string[]
  /** Resources with events for some changes, those of `announced` included. Absent: any resource may have events. */
  readonly mentioned?: readonly string[]
  /** Requests a second this endpoint allows. */
  readonly perSecond?: number
  /** One page of events, newest first; `created` of an event is its second. */
  list(connection: Connection, query: Query, signal: AbortSignal): Promise<Page>
  /** Reads one event, pure; null if the event's object is not stored. */
  read(event: Item): Change | null
}

/** The feed of a connected account. */
export interface ChangeSource extends Omit<Changes, 'list'> {
  list(query: Query, signal: AbortSignal): Promise<Page>
}

/** A resource of a connected account: its calls know the credentials and throw SyncErrors only. */
export interface ListSource
  extends Omit<Resource, 'list' | 'retrieve' | 'nested' | 'owner' | 'unsettled' | 'partition'> {
  readonly kind: 'list'
  readonly partition?: PartitionSource
  readonly unsettled?: UnsettledSource | 'every row'
  list(query: Query, signal: AbortSignal): Promise<Page>
  retrieve?(id: string, signal: AbortSignal): Promise<Retrieved>
  readonly nested?: readonly NestedSource[]
}

/** The parts of a resource of a connected account. */
export interface PartitionSource extends Omit<Partition, 'list'> {
  list(signal: AbortSignal): Promise<readonly string[]>
}

/** A nested list of a connected account. */
export interface NestedSource extends Omit<Nested, 'list' | 'owner'> {
  list(parentId: string, query: Query, signal: AbortSignal): Promise<Page>
}

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
    'name' | 'table' | 'optional' | 'parts' | 'createdFilter' | 'updatedFilter' | 'row' | 'owner'
  > {
  readonly unsettled?: (Omit<Unsettled, 'list'> & { readonly list?: unknown }) | 'every row'
  readonly nested?: readonly Pick<Nested, 'name' | 'table' | 'row' | 'owner'>[]
}

export interface Provider {
  /** Lower case, as in a request's `providerName` and in the `provider` column. */
  readonly name: string
  /** Its resources; `additionalData.resources` names a subset. Empty while the provider is only declared. */
  readonly resources: readonly ProviderResource[]
  /**
   * What the status words of a custom provider mean in the words of the table `states`, by kind. `billing-sync migrate`
   * writes them. Those of a built-in provider come with a migration.
   */
  readonly states?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Checks the credentials' shape without a request. @throws SyncError with verdict `reject` */
  connect(credentials: Credentials): Account
}
