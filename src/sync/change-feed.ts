import type { Change, ChangeSource } from '../provider/contract.ts'
import { latestPerObject, readChange, withRelated } from './changed-object.ts'
import { mergeContents, type ObservedRow, type PageContent } from './rows.ts'
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
        return (change ? withRelated(change) : []).map((each) => ({
          ...each,
          eventId: event.id,
          age: ageOf(each, event.id, before),
        }))
      })
      const changes = latestPerObject(
        read
          .filter(({ age }) => age === 'new' || age === 'late')
          .map((change) => ({
            ...change,
            at: Math.min(change.at, latest),
            isUnsure: change.at > latest || change.age === 'late',
          })),
        (change) => shared.has(change.at),
      )
      const contents = await Promise.all(changes.map((change) => readChange(change, { sources, pageSize }, signal)))
      const content = mergeContents(contents)
      return { ...content, rows: content.rows.map(datedRow), events: appliedEvents(read, sources, contents) }
    },
  }
}

/**
 * The feed is read from its newest event, so that an older snapshot comes after a newer one. A newer one that is equal to
 * the stored row must leave its time there all the same, or the older one would replace it.
 */
const datedRow = (row: ObservedRow): ObservedRow => (row.embedded ? row : { ...row, dated: true })

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

/**
 * The events that need not be applied again: known ones, and those of which all changes are of the job's resources and were
 * not rejected.
 */
function appliedEvents(
  read: readonly ReadEvent[],
  sources: readonly Source[],
  contents: readonly PageContent[],
): NonNullable<PageContent['events']> {
  const rejected = new Set(
    contents.flatMap(({ rejects }) => rejects.map(({ resource, itemKey }) => `${resource} ${itemKey}`)),
  )
  const isApplied = ({ age, resource, id }: ReadEvent) =>
    age === 'known' || (findList(sources, resource) !== undefined && !rejected.has(`${resource} ${id}`))
  const open = new Set(read.filter((event) => !isApplied(event)).map(({ eventId }) => eventId))
  const applied = read.flatMap(({ eventId, at, age }) =>
    eventId === null || age === 'past' || open.has(eventId) ? [] : [[eventId, at] as const],
  )
  return [...new Map(applied)].map(([eventId, at]) => [at, eventId] as const)
}
