import type { Item } from '../json/item.ts'
import type { ListSource, Page, Query, TimeFilter } from '../provider/contract.ts'
import { largestPage } from './page-size.ts'
import type { PageContent } from './rows.ts'
import type { Slice } from './slices.ts'

/** The source of slices: a resource's list, or the feed of changes, whose items become rows of other resources. */
export type Source = ListSource | FeedSource

export interface FeedSource {
  readonly kind: 'feed'
  readonly name: string
  readonly createdFilter: TimeFilter
  list(query: Query, signal: AbortSignal): Promise<Page>
  expand(items: readonly Item[], page: FeedPage, signal: AbortSignal): Promise<PageContent>
}

/** The page's facts that `FeedSource.expand` needs. */
export interface FeedPage {
  /** Rows in each request for a nested list. */
  readonly pageSize: number
  /** The provider's clock when it answered. No event on the page is later. */
  readonly answeredAt: Date
  /** Seconds of which other pages may have items as well. */
  readonly shared: ReadonlySet<number>
  /** Absent if the page has only events that are applied in any case. */
  readonly before?: EventsBefore | undefined
}

/** The events from before the time that a job follows. Only those that no job has applied are applied, and fetched by id. */
export interface EventsBefore {
  /** The seconds from which events of a resource are applied in any case. */
  readonly starts: Readonly<Record<string, number>>
  /** The second since which `ids` has every applied event. */
  readonly since: number
  readonly ids: ReadonlySet<string>
}

/** The facts of a source that reading its list needs. */
export interface ListFacts extends Pick<Source, 'kind' | 'name'> {
  readonly createdFilter?: TimeFilter
  readonly updatedFilter?: TimeFilter
  /** See ListSource.gone. */
  gone?(item: Item): boolean
}

/** Items of a source's page, if a usual page has `usual`. A source with smaller pages than the usual never gets more. */
export function itemsPerPage(source: Source, usual: number): number {
  const { pageSize = largestPage } = source.kind === 'list' ? source : {}
  return pageSize < largestPage ? Math.min(usual, pageSize) : Math.ceil(usual * pageWeight(source))
}

/** A source's page as a multiple of the usual one. */
export const pageWeight = (source: Source): number =>
  source.kind === 'list' && source.pageSize ? Math.max(1, source.pageSize / largestPage) : 1

export const hasFilter = ({ createdFilter, updatedFilter }: ListFacts): boolean =>
  createdFilter !== undefined || updatedFilter !== undefined

/** The time that a slice's windows are of. */
export const filterOf = ({ createdFilter, updatedFilter }: ListFacts, { by }: Pick<Slice, 'by'>) =>
  by === 'updated' ? updatedFilter : createdFilter

/** The list of a resource; undefined if the job does not read it. */
export function findList(sources: readonly Source[], name: string): ListSource | undefined {
  const source = sources.find((candidate) => candidate.name === name)
  return source?.kind === 'list' ? source : undefined
}
