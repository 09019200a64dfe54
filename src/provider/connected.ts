import type { Page, Query, Retrieved } from './page.ts'
import type { Changes, Nested, Partition, Resource, Unsettled } from './resource.ts'

/* The parts of a connected account: their calls know the credentials and throw SyncErrors only. */

/** The unsettled rows of a connected account. */
export type UnsettledSource = Omit<Unsettled, 'list'> & { list?(query: Query, signal: AbortSignal): Promise<Page> }

/** The feed of a connected account. */
export interface ChangeSource extends Omit<Changes, 'list'> {
  list(query: Query, signal: AbortSignal): Promise<Page>
}

/** A resource of a connected account: its calls know the credentials and throw SyncErrors only. */
export interface ListSource
  extends Omit<Resource, 'list' | 'count' | 'retrieve' | 'nested' | 'owner' | 'unsettled' | 'partition'> {
  readonly kind: 'list'
  readonly partition?: PartitionSource
  readonly unsettled?: UnsettledSource | 'every row'
  list(query: Query, signal: AbortSignal): Promise<Page>
  count?(signal: AbortSignal): Promise<number | null>
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
