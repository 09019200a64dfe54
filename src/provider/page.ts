import type { Item } from '../json/item.ts'
import type { Shape } from '../json/shape.ts'

/* What the core asks a provider for, and what the provider answers. The words are explained in contract.ts. */

/** Half-open, whole seconds since 1970. `to: null` has no upper end. */
export interface Window {
  readonly from: number
  readonly to: number | null
}

/** Which page to fetch. */
export interface Query {
  /** Only items created in this window, or changed in it; absent for a source that cannot filter by that time. */
  readonly window?: Window
  /** Which time the window is of; absent: of creation. */
  readonly by?: 'updated'
  /** Only items after this cursor, which comes from an earlier page of the same window. */
  readonly cursor: string | null
  /** The name of the resource's part; absent if the resource has no parts. */
  readonly part?: string
  /** The largest number of items, 1 to the resource's `pageSize`. */
  readonly limit: number
  /** The expected shape of items, from the resource's mapping. Items that match it are not parsed. */
  readonly shape?: Shape
}

export interface Page {
  /** As the provider sent them, in the order that the time filter states. */
  readonly items: readonly Item[]
  /** The cursor of the next page; null on the last page. */
  readonly next: string | null
  /** The provider's clock when it answered. The core replaces it by the time of the request. */
  readonly observedAt: Date
  /** The provider's clock when it answered. The core sets it. */
  readonly answeredAt?: Date
  /**
   * The items of all pages of the query, as the provider counts them. A list by page numbers has it: such pages shift when
   * the list changes. The core then takes the list, or the window, as a whole: if another page states another total, or the
   * pages show fewer or repeated items, it reads them again.
   */
  readonly total?: number
  /** Up to when the list has all that happened, where that is earlier than the answer. */
  readonly completeTo?: Date
  /** Of a feed of changes: whether no later page has items of the last item's second. */
  readonly endsWithSecond?: boolean
  /** A sentence for the job's result, about what the list leaves out: orders from before the last 60 days. */
  readonly note?: string
  /** See Allowance. */
  readonly allowance?: Allowance
}

/** What an API that meters in points tells of its limit. The core learns from it what a request costs. */
export interface Allowance {
  /** Points that had to be there for the request, and those that it took in the end. */
  readonly requested: number
  readonly actual: number
  /** Points there are after the request, and at most. */
  readonly available: number
  readonly maximum: number
  /** Points that are restored in a second. */
  readonly perSecond: number
  /** Points that any one request may need at most; absent: as many as there can be. */
  readonly mostRequested?: number
}

/** A time that a list can be filtered by. */
export interface TimeFilter {
  /** The item's field with that time, or a path to it: `created_at`, `transaction_info.initiation_date`. */
  readonly field: string
  /** Reads the field; absent: seconds since 1970. A fraction of a second counts as its second. */
  readonly read?: (value: unknown) => Date | null
  /**
   * The order of a window's items; absent: newest first. A list without an order is never split and proves no row missing.
   */
  readonly order?: 'newest first' | 'none'
  /** Seconds for which what has happened may be missing from the list. An incremental job looks back by as much. */
  readonly lag?: number
  /** The most days of one window. */
  readonly maxDays?: number
  /** The days that the list goes back. The API refuses earlier windows, or says nothing about them. */
  readonly historyDays?: number
}

/** One object by its id, and the provider's clock when it answered. `item: null`: the provider no longer has it. */
export interface Retrieved {
  readonly item: Item | null
  readonly observedAt: Date
  readonly allowance?: Allowance
}

/** The part of a list that an item carries. */
export interface EmbeddedList {
  readonly items: readonly Item[]
  /** The cursor of the rest; null if the list is complete. */
  readonly next: string | null
}

/** A complete item of another resource inside an item. */
export interface EmbeddedItem {
  readonly item: Item
  /** Columns with other values than `row` gives them, because the item is embedded; by their names in code. */
  readonly columns?: Readonly<Record<string, unknown>>
  /** When the object looked like this; absent: when the page was observed. Only for derived resources. */
  readonly seenAt?: Date
}

/** Embedded items by the name of their resource. */
export type EmbeddedItems = Readonly<Record<string, readonly EmbeddedItem[]>>
