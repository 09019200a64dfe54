import { isRefused, SyncError } from '../errors.ts'
import { rawOf, storedForm } from '../json/item.ts'
import type { Change, ListSource } from '../provider/contract.ts'
import { emptyChildSets, expandPage, goneObject } from './expand.ts'
import { noContent, type PageContent, rejectRefused } from './rows.ts'
import { findList, type Source } from './source.ts'

/** The latest change of an object among several. */
export interface LatestChange extends Change {
  /** Whether its moment may have a later snapshot of the object. The object is then fetched as it is now. */
  readonly ambiguous: boolean
}

export interface DatedChange extends Change {
  /** Whether the event claims to be later than the answer that brought it, or comes late: its snapshot is not believed. */
  readonly isUnsure: boolean
}

/** When the object was like that. */
export const momentOf = ({ at, seenAt }: Pick<Change, 'at' | 'seenAt'>): Date => seenAt ?? new Date(at * 1_000)

/** The object of a change among the objects of all resources. */
export const objectOf = ({ resource, id }: Pick<Change, 'resource' | 'id'>): string => `${resource} ${id}`

/** A change with those of the other resources that have rows of its object. */
export function withRelated<T extends Change>({ alsoIn = [], ...change }: T): readonly Omit<T, 'alsoIn'>[] {
  return [change, ...alsoIn.map((resource) => ({ ...change, resource, item: null }))]
}

/** `isShared`: whether other events may be about the same object and moment. */
export function latestPerObject(
  changes: readonly DatedChange[],
  isShared: (change: Change) => boolean,
): readonly LatestChange[] {
  const latest = new Map<string, LatestChange>()
  for (const change of changes) {
    const other = latest.get(objectOf(change))
    const isLater = !other || momentOf(other) <= momentOf(change)
    if (!isLater) continue
    const isTied = other !== undefined && momentOf(other).getTime() === momentOf(change).getTime()
    const differs = isTied && (other.ambiguous || !isSame(other, change))
    latest.set(objectOf(change), { ...change, ambiguous: change.isUnsure || differs || isShared(change) })
  }
  return [...latest.values()]
}

/** Whether two changes bring the object in the same bytes, as an event that comes twice does. */
function isSame(left: Change, right: Change): boolean {
  const [before, after] = [left.item && rawOf(left.item), right.item && rawOf(right.item)]
  return left.gone === right.gone && !!before && !!after && before.bytes.equals(after.bytes)
}

interface ApplyOptions {
  readonly sources: readonly Source[]
  readonly pageSize: number
}

/**
 * The rows of a changed object: as its event has it, or fetched if that may not be the latest. If the provider refuses the
 * object, only this change is rejected. @throws SyncError
 */
export async function readChange(
  change: LatestChange,
  applying: ApplyOptions,
  signal: AbortSignal,
): Promise<PageContent> {
  try {
    return await apply(change, applying, signal)
  } catch (error) {
    if (!isRefused(error, 'resource')) throw error
    const { resource, id, item } = change
    return { ...noContent, rejects: [rejectRefused(resource, item?.value() ?? { id }, error)] }
  }
}

async function apply(
  change: LatestChange,
  { sources, pageSize }: ApplyOptions,
  signal: AbortSignal,
): Promise<PageContent> {
  const source = findList(sources, change.resource)
  if (!source) return noContent
  const { item: snapshot, gone } = change
  const observed = { item: snapshot, observedAt: momentOf(change), gone }
  // A deleted object is fetched only if it may exist again under its id; without `retrieve` the deletion stands.
  const unsure = gone ? change.ambiguous && source.retrieve : change.ambiguous || change.item === null
  const now = unsure ? await current(source, change, signal) : observed
  const { item, observedAt } = now
  if (now.gone || item === null) return deleted(source, change, observedAt)
  return expandPage({ source, items: [item], observedAt, pageSize, sources }, signal)
}

async function current(source: ListSource, { id, item, ...change }: Change, signal: AbortSignal) {
  if (!source.retrieve)
    throw new SyncError(
      'reject',
      'provider_contract',
      `${source.name}: events announce its changes, but the provider has no request for one of it. Report a bug with this error.`,
    )
  const { item: fetched, observedAt } = await source.retrieve(id, signal)
  // The fetch followed the event, so that the fetched object is at least as new as the event.
  const seen = new Date(Math.max(momentOf(change).getTime(), observedAt.getTime()))
  return { item: fetched ?? item, observedAt: seen, gone: fetched === null }
}

/** The object as its event has it, with its deletion, even if there is no row yet; its nested lists are empty. */
function deleted(source: ListSource, { id, item }: Change, observedAt: Date): PageContent {
  if (!item) return goneObject(source, id, observedAt)
  const { name: resource, table } = source
  const row = { resource, table, row: source.row(item), raw: storedForm(item), observedAt, deleted: true }
  return { ...noContent, rows: [row], childSets: emptyChildSets(source, id, observedAt) }
}
