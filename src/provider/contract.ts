import type { SyncedTable } from '../db/schema.ts'
import type { Item } from '../json/item.ts'
import type { Shape } from '../json/shape.ts'
import type { RowMapping } from './mapping.ts'
import type { Owner } from './owner.ts'

/*
 * The contract between the core and a provider, and its glossary.
 *
 *   provider   Stripe, PayPal, …: data and two small functions a resource
 *   account    a provider connected with one tenant's credentials
 *   resource   one listable thing of a provider, landing in one table
 *   source     a resource of a connected account, ready to be read
 *   item, row  what the API returns with its bytes, what the table takes
 *   page       items and the cursor after them
 *   window     half-open interval of creation time, [from, to), whole seconds since 1970
 *
 * A provider has no loop, no retry, no clock, no log and no database: the core owns looping, retry, limits, stamping,
 * counting and checkpoints.
 */

/** Half-open, whole seconds since 1970. `to: null` is open: everything there is when the provider answers. */
export interface Window {
  readonly from: number
  readonly to: number | null
}

/** Which page to fetch. */
export interface Query {
  /** Only items created in this window; absent for a source that cannot filter by creation time. */
  readonly window?: Window
  /** Only items after this cursor, which an earlier page of the very same window handed out. */
  readonly cursor: string | null
  /** Which of the resource's parts, if it has any. */
  readonly part?: string
  /** Items at most, 1 to 100. */
  readonly limit: number
  /** For the answer's `list`, which then parses fewer items. Follows from the resource's mapping. */
  readonly shape?: Shape
}

export interface Page {
  /** As the provider sent them, newest first. */
  readonly items: readonly Item[]
  /** Where the next page begins; null on the last page. */
  readonly next: string | null
  /** The provider's clock when it answered; once it is observed, when it was asked. */
  readonly observedAt: Date
  /** The provider's clock when it answered, once it is observed. */
  readonly answeredAt?: Date
}

/** One object by its id, and the provider's clock when it answered. `item: null`: the provider no longer has it. */
export interface Retrieved {
  readonly item: Item | null
  readonly observedAt: Date
}

/** The part of a list that an item carries. */
export interface EmbeddedList {
  readonly items: readonly Item[]
  /** Where the rest begins; null if there is none. */
  readonly next: string | null
}

/** A whole item of another resource that an item holds. */
export interface EmbeddedItem {
  readonly item: Item
  /** Columns that follow from its being embedded, by their names in code; they replace what `row` makes of them. */
  readonly columns?: Readonly<Record<string, unknown>>
}

/** Embedded items by the name of their resource. */
export type EmbeddedItems = Readonly<Record<string, readonly EmbeddedItem[]>>

/** A list embedded in a resource's items, landing in a table of its own: an invoice's lines. */
export interface Nested<Connection = unknown, Table extends SyncedTable = SyncedTable> {
  /** As in progress and results: `invoice_lines`. */
  readonly name: string
  readonly table: Table
  /** The column of `table` for the parent's id, by its name in code. The core fills it, whatever the item says. */
  readonly parent: string
  /** Null if an item carries nothing of the list at all. */
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
  /** Read only by jobs that name it in `additionalData.resources`. */
  readonly optional?: boolean
  /**
   * The API filters by creation time, so that the core can slice the resource. `field` of an item holds that time, in
   * seconds since 1970; `maxDays` is the longest window the API takes.
   */
  readonly createdFilter?: { readonly field: string; readonly maxDays?: number }
  /** Where one list leaves some items out, the lists that together have them all, by name: Stripe's prices, active and inactive. */
  readonly parts?: readonly string[]
  /** Requests a second this endpoint allows, where lower than the account's. */
  readonly perSecond?: number
  /** Requests at once this endpoint allows. */
  readonly concurrency?: number
  /** Fetches one page. May throw whatever the SDK throws: the provider's `failure` reads it. */
  list(connection: Connection, query: Query, signal: AbortSignal): Promise<Page>
  /** Fetches one object, to see whether it is gone or what it is now. Absent if the API cannot. */
  retrieve?(connection: Connection, id: string, signal: AbortSignal): Promise<Retrieved>
  /**
   * Maps an item. Throws if the item has no usable id; any other field of an unknown shape becomes null, and its column is
   * reported to `onDrift` and counted.
   */
  readonly row: RowMapping<Table>
  /** Whose the rows are; null if customers share them, so that the erasure of a customer leaves them. */
  readonly owner: Owner | null
  readonly nested?: readonly Nested<Connection>[]
  /** Whole items of other resources that an item holds and their own list may not have: prices made inline. */
  embeddedItems?(item: Item): EmbeddedItems
}

/** What an event says happened to an object. */
export interface Change {
  readonly resource: string
  readonly id: string
  /** Second since 1970. */
  readonly at: number
  /** The provider no longer has the object. */
  readonly gone: boolean
  /** The object as it was then; null if the event shows it in another API version's shape, so that it must be fetched. */
  readonly item: Item | null
}

/** The feed of what changed: with it an incremental job sees updates and deletes. */
export interface Changes<Connection = unknown> {
  /** Days the provider keeps events for; a cursor must be younger. */
  readonly keptDays: number
  /** Resources all of whose changes are announced. The others are read by creation time, with an overlap. */
  readonly announced: readonly string[]
  /** Requests a second this endpoint allows. */
  readonly perSecond?: number
  /** One page of events, newest first; `created` of an event is its second. */
  list(connection: Connection, query: Query, signal: AbortSignal): Promise<Page>
  /** Reads one event, pure; null if it is about nothing that is stored. */
  read(event: Item): Change | null
}

/** The feed of a connected account. */
export interface ChangeSource extends Omit<Changes, 'list'> {
  list(query: Query, signal: AbortSignal): Promise<Page>
}

/** A resource of a connected account: its calls know the credentials and throw SyncErrors only. */
export interface ListSource extends Omit<Resource, 'list' | 'retrieve' | 'nested' | 'owner'> {
  readonly kind: 'list'
  list(query: Query, signal: AbortSignal): Promise<Page>
  retrieve?(id: string, signal: AbortSignal): Promise<Retrieved>
  readonly nested?: readonly NestedSource[]
}

/** A nested list of a connected account. */
export interface NestedSource extends Omit<Nested, 'list' | 'owner'> {
  list(parentId: string, query: Query, signal: AbortSignal): Promise<Page>
}

/** The code of a failure that means: these credentials are not accepted (any more). */
export const keyRefused = 'key_not_accepted'

/** What a job brings. `accessToken` is a secret; without one a configured key may stand for `tenantId`, and for no other. */
export interface Credentials {
  readonly tenantId: string
  readonly accessToken: string | undefined
}

/** Which account a key belongs to. */
export interface Identity {
  /** The provider's own id with the mode in it: `acct_1ABC` live, `acct_1ABC:test` otherwise. */
  readonly account: string
  /** Second since 1970 before which the account has little or nothing; only where to split depends on it. */
  readonly since: number
}

/** A provider connected with one tenant's credentials. No request has been made yet. */
export interface Account {
  /** See Identity.account, where the credentials name it themselves; null where the provider must be asked. */
  readonly id: string | null
  /** A keyed hash of the key in use, by which it is recognised without being known. */
  readonly credential: string
  /** Requests a second over all endpoints. */
  readonly perSecond: number
  readonly sources: readonly ListSource[]
  readonly changes?: ChangeSource
  /** Asks the provider which account this is. One request. @throws SyncError */
  identify(signal: AbortSignal): Promise<Identity>
  close(): void
}

/** As much of a resource as is known without credentials. */
export interface ProviderResource extends Pick<Resource, 'name' | 'table' | 'optional' | 'parts' | 'row' | 'owner'> {
  readonly nested?: readonly Pick<Nested, 'name' | 'table' | 'row' | 'owner'>[]
}

export interface Provider {
  /** Lower case, as in a request's `providerName` and in the `provider` column. */
  readonly name: string
  /** Its resources; `additionalData.resources` names a subset. Empty while the provider is only declared. */
  readonly resources: readonly ProviderResource[]
  /** Checks the credentials' shape without a request. @throws SyncError with verdict `reject` */
  connect(credentials: Credentials): Account
}
