import { answerTooLarge, SyncError } from '../../errors.ts'
import type { Item } from '../../json/item.ts'
import type { ListSource, Page, Query } from '../../provider/contract.ts'
import { largestPage } from '../page-size.ts'
import type { Curve } from './curve.ts'
import type { Range } from './range.ts'

/** Requests that an estimate makes for one resource, at most. Those of resources that are made of a list are the list's. */
export const requestsAtMost = 5

/** What an estimate rests on. */
export type Basis =
  /** The pages asked for were all there are. */
  | 'whole list'
  /** The provider states how many there are. */
  | 'stated total'
  /** A few pages, spread over the account's age. */
  | 'sampled times'
  /** The rows that jobs have stored, and what came since. */
  | 'stored rows'
  /** The first pages of a list that cannot be asked by time. */
  | 'first pages'
  /** Items inside those of another resource, as the sample shows them. */
  | 'inside other items'

/** A list that is asked for one page after the other, until enough is known. */
export interface Probing {
  /** Items that are in doubt; 0 if the list is known. */
  doubt(): number
  /** Distinct items that were seen. */
  sample(): readonly Item[]
  seen(): number
  /** Whether a page would show more of them. */
  goesOn(): boolean
  /** Asks for one page. `left`: how many requests may be made, with this one. @throws SyncError */
  ask(left: number): Promise<void>
  /** `history`: of a like list, if this one was asked for too few pages. */
  conclude(history: History | null): Measured
}

export interface Measured {
  /** Items that the list shows, with those that are gone. */
  readonly items: Range
  readonly basis: Basis
  /** Distinct items that were seen. */
  readonly sample: readonly Item[]
  /** The least requests that read the given number of items. */
  requests(items: number): number
  /** Whether the list's pages must be read one after the other. */
  readonly isChain: boolean
  /** Null for a list without times. */
  readonly history: History | null
}

/** How a list's items are spread over time. */
export interface History {
  readonly curve: Curve
  /** The share of its items that is in doubt. */
  readonly doubt: number
}

export interface Probe {
  readonly source: ListSource
  readonly part: string | null
  /** Second since 1970 before which the account has nothing. */
  readonly since: number
  /** Second since 1970. */
  readonly now: number
}

/** Asks for pages of a list, and keeps their distinct items. */
export interface Asking {
  list(query: Partial<Query>): Promise<Page>
  /** Items of a page: the most, until a page had fewer. */
  pageSize(): number
  sample(): readonly Item[]
}

/** A list's pages, which have fewer items where the provider refuses larger ones. */
export function askPages({ source, part }: Pick<Probe, 'source' | 'part'>, signal: AbortSignal): Asking {
  const sample = new Map<string | Item, Item>()
  let limit = source.pageSize ?? largestPage
  let size = limit
  return {
    async list(query) {
      for (;;)
        try {
          const page = await source.list({ cursor: null, limit, ...(part !== null && { part }), ...query }, signal)
          for (const item of page.items) sample.set(item.id ?? item, item)
          if (page.next !== null && page.items.length > 0) size = page.items.length
          return page
        } catch (error) {
          if (!(error instanceof SyncError) || error.code !== answerTooLarge || limit === 1) throw error
          limit = Math.ceil(limit / 2)
        }
    },
    pageSize: () => Math.min(limit, size),
    sample: () => [...sample.values()],
  }
}

export const pagesOf = (items: number, size: number): number => Math.max(1, Math.ceil(items / Math.max(1, size)))
