import type { Item } from '../json/item.ts'
import type { ListSource, Page, Query } from '../provider/contract.ts'
import type { Mapped } from './rows.ts'

/** The source of slices: a resource's list, or the feed of changes, whose items become rows of other resources. */
export type Source = ListSource | FeedSource

export interface FeedSource {
  readonly kind: 'feed'
  readonly name: string
  readonly createdFilter: { readonly field: string; readonly maxDays?: number }
  list(query: Query, signal: AbortSignal): Promise<Page>
  expand(items: readonly Item[], page: FeedPage, signal: AbortSignal): Promise<Mapped>
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
  readonly createdFilter?: Source['createdFilter']
}

/** The list of a resource; undefined if the job does not read it. */
export function findList(sources: readonly Source[], name: string): ListSource | undefined {
  const source = sources.find((candidate) => candidate.name === name)
  return source?.kind === 'list' ? source : undefined
}
