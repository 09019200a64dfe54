import type { SyncError } from '../errors.ts'
import type { Digest } from './page.ts'
import type { PageContent } from './rows.ts'
import type { PageEnd, WholeList } from './slices.ts'
import type { Source } from './source.ts'

/** How many items a nested list has. */
export interface NestedCount {
  readonly resource: string
  /** Creation second of the parent; null if it has none. */
  readonly created: number | null
  readonly items: number
  /** An earlier page had the parent, and the list was counted then. It may have changed since. */
  readonly relisted?: true
}

/** A page of a slice as rows that are not committed yet. */
export interface ReadPage extends PageEnd, PageContent, Pick<Digest, 'proven' | 'listed'> {
  readonly sliceId: number
  readonly part: string | null
  /** The first page of a list that no window cuts: it has been read from its beginning since. */
  readonly beginsList: boolean
  /** Null if the page counts by itself. */
  readonly whole?: WholeList | null | undefined
  /** See Page.completeTo. */
  readonly completeTo?: Date | undefined
  /** See Page.note. */
  readonly note?: string | undefined
  /** The nested lists of the page's items. */
  readonly nested: readonly NestedCount[]
  readonly source: Source
  readonly observedAt: Date
  /** The refusal of a resource's first page, after which nothing of the resource is read; else null. */
  readonly skip: SyncError | null
}

/** The pages of one transaction, and an estimate of the items left per resource. */
export interface Batch {
  readonly pages: readonly ReadPage[]
  readonly remaining: Readonly<Record<string, number>>
}
