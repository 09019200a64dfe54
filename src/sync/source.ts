import type { Item } from '../json/item.ts'
import type { ListSource, Page, Query } from '../provider/contract.ts'
import type { Mapped } from './rows.ts'

/** What slices are read of: a resource's list, or the feed of changes, whose items become rows of other resources. */
export type Source = ListSource | FeedSource

export interface FeedSource {
  readonly kind: 'feed'
  readonly name: string
  readonly createdFilter: { readonly field: string; readonly maxDays?: number }
  list(query: Query, signal: AbortSignal): Promise<Page>
  expand(items: readonly Item[], page: FeedPage, signal: AbortSignal): Promise<Mapped>
}

/** What `FeedSource.expand` needs to know of the page its items came on. */
export interface FeedPage {
  /** Rows of nested lists to ask for at once. */
  readonly pageSize: number
  /** The provider's clock when it answered: nothing on the page happened later. */
  readonly answeredAt: Date
  /** Seconds that other pages may have items of, too. */
  readonly shared: ReadonlySet<number>
}

/** What reading a list needs to know of its source. */
export interface Listed extends Pick<Source, 'kind' | 'name'> {
  readonly createdFilter?: Source['createdFilter']
}

/** The list of a resource; undefined if the job does not read it. */
export function findList(sources: readonly Source[], name: string): ListSource | undefined {
  const source = sources.find((candidate) => candidate.name === name)
  return source?.kind === 'list' ? source : undefined
}
