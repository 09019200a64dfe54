import type { UnsettledRows, UnsettledSearch } from '../db/unsettled.ts'
import { SyncError } from '../errors.ts'
import type { Account, ChangeSource, Provider, ProviderResource, TimeFilter } from '../provider/contract.ts'
import { eventsName } from '../sync/change-feed.ts'
import { clockTolerance, secondAsked } from '../sync/observed-at.ts'
import type { EventsBefore } from '../sync/source.ts'
import type { Cursors } from './cursor.ts'
import type { SyncJobRequest } from './request.ts'
import { type Checkpoint, type KnownEvents, plan, type Reading } from './state/checkpoint.ts'
import { historyStart } from './state/windows.ts'
import { readingsOf } from './unsettled.ts'

export type PlannedResource = Pick<
  ProviderResource,
  'name' | 'optional' | 'derivedFrom' | 'parts' | 'createdFilter' | 'updatedFilter' | 'unsettled' | 'retrieve'
>

/** Seconds an incremental job looks back behind its cursor: what was created before may show up in lists only later. */
const overlap = 600
/** Seconds before its cursors of which an incremental job applies the events that no job has applied. */
const longestDelay = 86_400
/** Days of the provider's feed that are not counted on: it ends at its far end while it is being read. */
const safety = 2
/** Seconds for which the feed is read again for a resource that the provider refuses. Later it is read from the beginning. */
const longestRefusal = 86_400

/** The resources a job is about: the default set, those it names, or with "*" all. @throws SyncError with verdict `reject` */
export function chooseResources(
  { name, resources }: Provider,
  { additionalData }: SyncJobRequest,
): readonly ProviderResource[] {
  const requested = additionalData.resources
  if (!requested) return resources.filter(({ optional }) => !optional)
  const shown = resources.find(
    (resource) =>
      requested.includes(resource.name) &&
      !requested.includes('*') &&
      resource.derivedFrom?.some((origin) => requested.includes(origin)) === false,
  )
  if (shown)
    throw new SyncError(
      'reject',
      'unknown_resource',
      `request: ${shown.name} has no list of its own. Its rows come from ${shown.derivedFrom?.join(' and ')}. Name that resource as well.`,
    )
  const unknown = requested.filter((name) => name !== '*' && !resources.some((resource) => resource.name === name))
  if (unknown.length === 0)
    return resources.filter((resource) => requested.includes('*') || requested.includes(resource.name))
  const quoted = unknown.map((name) => `"${name}"`).join(', ')
  const known = resources.map((resource) => resource.name).join(', ')
  throw new SyncError(
    'reject',
    'unknown_resource',
    `request: ${name} has no resource ${quoted}. Use names of ${known}, or "*" for all.`,
  )
}

interface Situation {
  readonly account: Pick<Account, 'changes'>
  readonly cursors: Cursors
  /** The database's clock, in milliseconds since 1970. */
  readonly now: number
  /** When the feed answered, by the provider's clock, in milliseconds since 1970; null before its first answer. */
  readonly feedNow?: number | null
  /** What was found for `unsettledSearches`. */
  readonly unsettled?: readonly UnsettledRows[]
  /** The events that earlier jobs applied. */
  readonly known?: KnownEvents | null
}

interface FullPlan {
  /** The database's clock, in milliseconds since 1970. */
  readonly now: number
  readonly note?: string | null
  /** See Reading.splits. */
  splitsOf?(resource: string): readonly number[]
}

export function planFull(
  resources: readonly PlannedResource[],
  { now, note = null, splitsOf = () => [] }: FullPlan,
): Checkpoint {
  return plan(
    resources
      .filter(({ derivedFrom }) => !derivedFrom)
      .map((resource) => ({ resource, since: 0, splits: splitsOf(resource.name) })),
    { mode: 'full', note, resources: resources.map(({ name }) => name), now: Math.floor(now / 1_000) },
  )
}

/**
 * What an incremental job reads: the feed of changes since the oldest cursor of its resources; what the feed leaves out by
 * the time of its change, or else of its creation; and from the beginning the resources without a cursor that can be
 * continued.
 */
export function planIncremental(resources: readonly PlannedResource[], situation: Situation): Checkpoint {
  const { account, unsettled = [], known = null, now } = situation
  if (!account.changes && !resources.some(isFollowedByTime))
    return planFull(resources, { now, note: 'the provider has no feed of changes: everything was read' })
  const { announced, mentioned } = account.changes ?? noFeed
  const starts = startsOf(resources, situation)
  const covered = starts.flatMap(({ resource, start }) => (typeof start === 'number' ? [{ resource, start }] : []))
  const reasons = starts.flatMap(({ start }) => (typeof start === 'string' ? [start] : []))
  if (covered.length === 0) {
    const [reason] = reasons.filter((text) => text !== noCursor)
    return planFull(resources, { now, note: `${reason ?? 'there was no cursor yet'}: everything was read` })
  }
  const readings = starts.flatMap(({ resource, start }): readonly Reading[] => {
    if (resource.derivedFrom) return []
    if (typeof start === 'string') return [{ resource, since: 0 }]
    if (announced.includes(resource.name)) return []
    const { createdFilter, updatedFilter } = resource
    if (updatedFilter) {
      const since = start - lookBack(updatedFilter)
      // What changed before the list's history is found by reading everything.
      if (since < (historyStart(updatedFilter, Math.floor(now / 1_000)) ?? since)) return [{ resource, since: 0 }]
      return [{ resource, by: 'updated', since }]
    }
    if (!createdFilter || resource.unsettled === 'every row') return [{ resource, since: 0 }]
    if (!account.changes && !isFollowedByTime(resource)) return [{ resource, since: 0 }]
    const rows = unsettled.find(({ name }) => name === resource.name)
    return readingsOf({ resource, since: start - lookBack(createdFilter) }, rows)
  })
  const followed = covered.filter(({ resource }) => mentioned?.includes(resource.name) ?? true)
  const oldest = Math.min(...followed.map(({ start }) => start))
  const since = oldest - overlap
  // Without a list of what was applied, events from before would be fetched again by every job.
  const from = known ? Math.min(since, Math.max(known.since, oldest - longestDelay)) : since
  const feed = followed.length > 0 ? [{ resource: { name: eventsName }, since, from }] : []
  return plan([...feed, ...readings], {
    mode: 'incremental',
    note: noteOf(starts),
    resources: resources.map(({ name }) => name),
    cursors: Object.fromEntries(followed.map(({ resource, start }) => [resource.name, start])),
    known: from < since ? known : null,
    now: Math.floor(now / 1_000),
  })
}

interface Start {
  readonly resource: PlannedResource
  /** See startOf. */
  readonly start: number | string
}

/** A resource whose items show rows of another one is read from the beginning if that one is. */
function startsOf(resources: readonly PlannedResource[], situation: Situation): readonly Start[] {
  const starts = resources.map((resource) => ({
    resource,
    start: startOf(situation.cursors[resource.name], situation),
  }))
  return starts.map(({ resource, start }) => {
    const shown = starts.find(
      (other) => other.resource.derivedFrom?.includes(resource.name) && typeof other.start === 'string',
    )
    return { resource, start: shown && typeof start === 'number' ? shown.start : start }
  })
}

/** What to look for among the stored rows before an incremental job is planned. */
export function unsettledSearches(
  resources: readonly ProviderResource[],
  cursors: Cursors,
): readonly UnsettledSearch[] {
  return resources.flatMap((resource) => {
    const { unsettled, createdFilter } = resource
    const cursor = cursors[resource.name]
    if (!unsettled || unsettled === 'every row' || !createdFilter || !cursor) return []
    return [{ resource, ...unsettled, before: cursor.second - lookBack(createdFilter) }]
  })
}

/** Whether windows of time show all that happens to a resource. Without a feed, a row may change unless `unsettled` says which do. */
function isFollowedByTime({ updatedFilter, createdFilter, unsettled }: PlannedResource): boolean {
  return updatedFilter !== undefined || (createdFilter !== undefined && typeof unsettled === 'object')
}

/** Seconds behind a cursor from which a list is read again: what happened may be missing from it for a while. */
const lookBack = ({ lag = 0 }: TimeFilter) => Math.max(overlap, lag)

const noFeed: Pick<ChangeSource, 'announced' | 'mentioned'> = { announced: [], mentioned: [] }

const noCursor = 'not covered by the cursor'

/** The second from which a resource is followed, or why it is read from the beginning. */
function startOf(cursor: Cursors[string] | undefined, { account, now, feedNow = null }: Situation): number | string {
  if (!cursor) return noCursor
  const { second, refusedSince } = cursor
  if (second * 1_000 > now + clockTolerance)
    return `the cursor is in the future (${new Date(second * 1_000).toISOString()})`
  if (refusedSince !== null && now / 1_000 - refusedSince > longestRefusal) return 'refused for more than a day'
  return feedNow !== null && account.changes ? (tooOld(second, account.changes, feedNow) ?? second) : second
}

function noteOf(starts: readonly Start[]): string | null {
  const reasons = new Map<string, string[]>()
  for (const { resource, start } of starts)
    if (typeof start === 'string') reasons.set(start, [...(reasons.get(start) ?? []), resource.name])
  const notes = [...reasons].map(([reason, names]) => `${reason}, so read from the beginning: ${names.join(', ')}`)
  return notes.length > 0 ? notes.join('; ') : null
}

/** Why the feed does not go back to a cursor, or null. */
function tooOld(second: number, { keptDays }: Pick<ChangeSource, 'keptDays'>, feedNow: number): string | null {
  const days = Math.floor((feedNow / 1_000 - second) / 86_400)
  return days < keptDays - safety ? null : `the cursor was ${days} days old and the feed goes back ${keptDays}`
}

/**
 * Whether a feed that answered at `observedAt` no longer goes back to a cursor of the plan. The provider's clock decides,
 * so this is known only with the feed's first page.
 */
export function isCursorExpired(
  { slices, cursors }: Checkpoint,
  { changes }: Pick<Account, 'changes'>,
  observedAt: Date,
): boolean {
  // A checkpoint of an older version has no cursors.
  const [since] = slices.filter(({ resource }) => resource === eventsName).map(({ window }) => window.from + overlap)
  const seconds = Object.values(cursors)
  const oldest = seconds.length > 0 ? Math.min(...seconds) : since
  return (
    changes !== undefined && oldest !== undefined && tooOld(oldest, changes, secondAsked(observedAt) * 1_000) !== null
  )
}

/** What is known of the events before the cursors of a plan. */
export function eventsBefore({ known, cursors }: Checkpoint): EventsBefore | undefined {
  if (!known) return undefined
  const starts = Object.fromEntries(Object.entries(cursors).map(([name, second]) => [name, second - overlap]))
  return { starts, since: known.since, ids: new Set(known.ids) }
}
