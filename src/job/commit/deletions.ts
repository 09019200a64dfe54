import type { Unlisted } from '../../db/deletions.ts'
import type { ListSource } from '../../provider/contract.ts'
import type { ChildSet, ObservedRow } from '../../sync/rows.ts'

/** What is known about rows that lists do not show. */
export interface DetectedDeletions {
  readonly resources: readonly ResourceDeletions[]
  /** Rows that the provider still has, as they are now. */
  readonly rows: readonly ObservedRow[]
  /** The nested lists of objects that are gone: all empty. */
  readonly childSets: readonly ChildSet[]
  /** Requests that were spent on asking for rows by id. */
  readonly lookups: number
}

export interface ResourceDeletions {
  readonly resource: Pick<ListSource, 'name' | 'table' | 'parts' | 'nested'>
  /** Rows to be marked as deleted: not listed, and gone when asked for by id. */
  readonly unlisted: readonly Unlisted[]
  /** Ids of rows that the provider still has, though it does not list them. */
  readonly kept: readonly string[]
  /** The resource is read to its end, and no more of its rows are asked for. */
  readonly isFinished: boolean
}

/** Nothing is known: of pages that are committed after the first of their batch. */
export const noDeletions: DetectedDeletions = { resources: [], rows: [], childSets: [], lookups: 0 }
