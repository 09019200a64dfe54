import { isRefused, SyncError } from '../errors.ts'
import { storedForm } from '../json/item.ts'
import type { Change, ChangeSource, ListSource } from '../provider/contract.ts'
import { emptyChildSets, expandPage, goneObject } from './expand.ts'
import { mergeContents, noContent, type PageContent, rejectRefused } from './rows.ts'
import { type FeedPage, type FeedSource, findList, type Source } from './source.ts'

/** The name under which the feed of changes is read, in checkpoints and limits. */
export const eventsName = 'events'

/**
 * The feed of changes as a source whose items become rows of other resources. The order in which events arrive does not
 * matter: a row is observed at its event's second and replaced only by a later observation. If one
 * second has several events of one object, or may have more on another page, the object is fetched as it is now.
 */
export function eventsSource(feed: ChangeSource, sources: readonly Source[]): FeedSource {
  return {
    kind: 'feed',
    name: eventsName,
    createdFilter: feed.createdFilter ?? { field: 'created' },
    list: feed.list,
    async expand(events, { shared, pageSize, answeredAt, before }, signal) {
      // A change dated after its own answer would count as newer than every later observation.
      const latest = Math.floor(answeredAt.getTime() / 1_000)
      const read = events.flatMap((event) => {
        const change = feed.read(event)
        return change ? [{ ...change, eventId: event.id, age: ageOf(change, event.id, before) }] : []
      })
      const changes = latestPerObject(
        read
          .filter(({ age }) => age === 'new' || age === 'late')
          .map((change) => ({
            ...change,
            at: Math.min(change.at, latest),
            isUnsure: change.at > latest || change.age === 'late',
          })),
        shared,
      )
      const contents = await Promise.all(changes.map((change) => applyOrReject(change, { sources, pageSize }, signal)))
      return { ...mergeContents(contents), events: appliedEvents(read, sources, contents) }
    },
  }
}

/** How an event relates to what jobs have read before: `past` was read by a job whose events are no longer remembered. */
type Age = 'new' | 'known' | 'late' | 'past'

function ageOf({ resource, at }: Change, eventId: string | null, before: FeedPage['before']): Age {
  if (!before) return 'new'
  const start = before.starts[resource] ?? Math.min(...Object.values(before.starts))
  if (at >= start) return 'new'
  if (eventId !== null && before.ids.has(eventId)) return 'known'
  return at >= before.since ? 'late' : 'past'
}

interface ReadEvent extends Change {
  readonly eventId: string | null
  readonly age: Age
}

/** The events that need not be applied again: known ones, and those of the job's resources that were not rejected. */
function appliedEvents(
  read: readonly ReadEvent[],
  sources: readonly Source[],
  contents: readonly PageContent[],
): NonNullable<PageContent['events']> {
  const rejected = new Set(
    contents.flatMap(({ rejects }) => rejects.map(({ resource, itemKey }) => `${resource} ${itemKey}`)),
  )
  return read.flatMap(({ eventId, at, age, resource, id }) => {
    if (eventId === null || age === 'past') return []
    const isApplied = age === 'known' || (findList(sources, resource) && !rejected.has(`${resource} ${id}`))
    return isApplied ? [[at, eventId] as const] : []
  })
}

interface LatestChange extends Change {
  /** Whether its second may have a later snapshot of the object. */
  readonly ambiguous: boolean
}

interface DatedChange extends Change {
  /** Whether the event claims to be later than the answer that brought it, or comes late: its snapshot is not believed. */
  readonly isUnsure: boolean
}

function latestPerObject(changes: readonly DatedChange[], shared: FeedPage['shared']): readonly LatestChange[] {
  const latest = new Map<string, LatestChange>()
  for (const change of changes) {
    const key = `${change.resource} ${change.id}`
    const other = latest.get(key)
    const tied = other?.at === change.at
    if (!other || other.at <= change.at)
      latest.set(key, { ...change, ambiguous: change.isUnsure || tied || shared.has(change.at) })
  }
  return [...latest.values()]
}

interface ApplyOptions {
  readonly sources: readonly Source[]
  readonly pageSize: number
}

/** Applies a change. If the provider refuses the object, only this change is rejected. */
async function applyOrReject(change: LatestChange, applying: ApplyOptions, signal: AbortSignal): Promise<PageContent> {
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
  const observed = { item: snapshot, observedAt: new Date(change.at * 1_000), gone }
  // A deleted object is fetched only if it may exist again under its id; without `retrieve` the deletion stands.
  const unsure = gone ? change.ambiguous && source.retrieve : change.ambiguous || change.item === null
  const now = unsure ? await current(source, change, signal) : observed
  const { item, observedAt } = now
  if (now.gone || item === null) return deleted(source, change, observedAt)
  return expandPage({ source, items: [item], observedAt, pageSize, sources }, signal)
}

async function current(source: ListSource, { id, item, at }: Change, signal: AbortSignal) {
  if (!source.retrieve)
    throw new SyncError(
      'reject',
      'provider_contract',
      `${source.name}: events announce its changes, but the provider has no request for one of it. Report a bug with this error.`,
    )
  const { item: fetched, observedAt } = await source.retrieve(id, signal)
  // The fetch followed the event, so that the fetched object is at least as new as the event.
  const seen = new Date(Math.max(at * 1_000, observedAt.getTime()))
  return { item: fetched ?? item, observedAt: seen, gone: fetched === null }
}

/** The object as its event has it, with its deletion, even if there is no row yet; its nested lists are empty. */
function deleted(source: ListSource, { id, item }: Change, observedAt: Date): PageContent {
  if (!item) return goneObject(source, id, observedAt)
  const { name: resource, table } = source
  const row = { resource, table, row: source.row(item), raw: storedForm(item), observedAt, deleted: true }
  return { ...noContent, rows: [row], childSets: emptyChildSets(source, id, observedAt) }
}
