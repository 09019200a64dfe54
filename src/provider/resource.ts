import type { SyncedTable } from '../db/schema.ts'
import type { Item } from '../json/item.ts'
import type { RowMapping } from './mapping.ts'
import type { Owner } from './owner.ts'
import type { EmbeddedItems, EmbeddedList, Page, Query, Retrieved, TimeFilter } from './page.ts'

/* What a provider's author writes of its resources. The words are explained in contract.ts. */

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
  /**
   * The resources whose items show this one, which has no list of its own: customers in transactions. Its rows are the
   * `embeddedItems` of these resources, and no list proves them missing.
   */
  readonly derivedFrom?: readonly string[]
  /**
   * The column of each resource of `derivedFrom`, by its name in code, with the id of the row that its item shows. A full job
   * with `force_refresh` marks rows as deleted that no item shows and no live row names. Absent: no job removes such rows.
   */
  readonly namedBy?: Readonly<Record<string, string>>
  /** The API filters by creation time, so that the core can slice the resource. */
  readonly createdFilter?: TimeFilter
  /** The API filters by the time of the last change: what an incremental job reads of a resource that has no events. */
  readonly updatedFilter?: TimeFilter
  /**
   * Rows that may change without an event. `every row`: an incremental job reads the whole list. Absent: none, or every row
   * if the provider has no feed and the list no `updatedFilter`.
   */
  readonly unsettled?: Unsettled<Connection> | 'every row'
  /**
   * Rows that may still change. Where the provider refuses the list, a job fetches some of them by id. Absent: then only what
   * other items show to have changed is fetched.
   */
  readonly openRows?: Pick<Unsettled, 'by' | 'values'>
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
  /** Asks how many items the whole list has, with one request; null if the API does not know for sure. Absent if it cannot. */
  count?(connection: Connection, signal: AbortSignal): Promise<number | null>
  /** Fetches the current state of one object. Absent if the API cannot. */
  retrieve?(connection: Connection, id: string, signal: AbortSignal): Promise<Retrieved>
  /** The list leaves parts of its objects out. The core fetches each by its id, which costs a request. */
  readonly listsSummaries?: boolean
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
  /**
   * Objects of other resources that an item shows to have changed: the subscription that a payment belongs to. An incremental
   * job fetches them by id. So does a full one, if their list is refused: their resource stands before this one in the
   * provider's list, so that it is asked for first.
   */
  touched?(item: Item): readonly ObjectReference[]
}

/** An object of a resource. */
export interface ObjectReference {
  readonly resource: string
  readonly id: string
}

/** Which rows may change without an event after they were created. An incremental job asks the provider for these again. */
export interface Unsettled<Connection = unknown> {
  /** The column, by its name in code, that tells; or a field of the payload, for tables that hold objects of all kinds. */
  readonly by: { readonly column: string } | { readonly field: string }
  /** Its values in such rows. */
  readonly values: readonly (string | null)[]
  /** The column, by its name in code, with the time before which the row does not change. */
  readonly dueAt?: string
  /** They are read by windows of creation, although the API gives one object by its id. */
  readonly byWindow?: true
  /** Lists all such objects. Absent if the API cannot. */
  list?(connection: Connection, query: Query, signal: AbortSignal): Promise<Page>
}

/** A change of an object, as an event reports it. */
export interface Change {
  readonly resource: string
  readonly id: string
  /** Second since 1970. */
  readonly at: number
  /** When the object was like that, if the object itself says so more precisely than `at`. */
  readonly seenAt?: Date
  /** The provider no longer has the object. */
  readonly gone: boolean
  /** The object at that time; null if the event has it in another API version's shape. The core then fetches it. */
  readonly item: Item | null
  /** Other resources with rows of the object under the same id. No event has these rows, so the core fetches them. */
  readonly alsoIn?: readonly string[]
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
  /** Where an event has its time; absent: seconds since 1970 in `created`. */
  readonly createdFilter?: Pick<TimeFilter, 'field' | 'read'>
  /**
   * One page of events, newest first. Where the API cannot filter events by time, `list` leaves out those outside of the
   * window, and ends at the first event before it.
   */
  list(connection: Connection, query: Query, signal: AbortSignal): Promise<Page>
  /** Reads one event, pure; null if the event's object is not stored. */
  read(event: Item): Change | null
}
