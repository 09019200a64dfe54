import { type LatestChange, latestPerObject, momentOf, objectOf, withRelated } from '../sync/changed-object.ts'
import { clockTolerance } from '../sync/observed-at.ts'
import type { LiveEvent } from './live-event.ts'

/** An object that events are about, with its messages: they share its fate. */
export interface ChangedObject {
  readonly key: string
  readonly change: LatestChange
  readonly messages: readonly LiveEvent[]
}

/** The objects of these events, each with its latest change. */
export function changedObjects(events: readonly LiveEvent[]): readonly ChangedObject[] {
  const messages = new Map<string, LiveEvent[]>()
  const changes = events.flatMap((event) => {
    if (!event.change) return []
    const { sentAt } = event
    return withRelated(event.change).map((change) => {
      messages.set(objectOf(change), [...(messages.get(objectOf(change)) ?? []), event])
      // An event that claims to be later than its message would count as newer than every later observation. It is fetched.
      const isUnsure = momentOf(change).getTime() > sentAt.getTime() + clockTolerance
      const { seenAt: _, ...rest } = change
      return isUnsure ? { ...rest, at: Math.floor(sentAt.getTime() / 1_000), isUnsure } : { ...change, isUnsure }
    })
  })
  return latestPerObject(changes, () => false).map((change) => ({
    key: objectOf(change),
    change,
    messages: messages.get(objectOf(change)) ?? [],
  }))
}
