import { SyncError } from '../errors.ts'
import type { Account, Provider, Resource } from '../provider/contract.ts'
import { eventsName } from '../sync/change-feed.ts'
import { clockTolerance } from '../sync/observed-at.ts'
import type { Cursor } from './cursor.ts'
import type { SyncJobRequest } from './request.ts'
import { type Checkpoint, plan, type Reading } from './state/checkpoint.ts'

type Chosen = Pick<Resource, 'name' | 'optional' | 'parts' | 'createdFilter'>

/** Seconds an incremental job looks back behind its cursor: what was created before may show up in lists only later. */
const overlap = 600
/** Days of the provider's feed that are not counted on: it ends at its far end while it is being read. */
const safety = 2

/** The resources a job is about: the default set, those it names, or with "*" all. @throws SyncError with verdict `reject` */
export function chooseResources({ name, resources }: Provider, { additionalData }: SyncJobRequest): readonly Chosen[] {
  const requested = additionalData.resources
  if (!requested) return resources.filter(({ optional }) => !optional)
  const unknown = requested.filter((name) => name !== '*' && !resources.some((resource) => resource.name === name))
  if (unknown.length === 0)
    return resources.filter((resource) => requested.includes('*') || requested.includes(resource.name))
  const quoted = unknown.map((name) => `"${name}"`).join(', ')
  const known = resources.map((resource) => resource.name).join(', ')
  throw new SyncError(
    'reject',
    'unknown_resource',
    `request: ${name} has no resource ${quoted}; it has ${known}, and "*" is all of them`,
  )
}

interface Situation {
  readonly account: Pick<Account, 'changes'>
  readonly cursor: Cursor | null
  /** The database's clock, in milliseconds since 1970. */
  readonly now: number
}

export function planFull(resources: readonly Chosen[], note: string | null = null): Checkpoint {
  return plan(
    resources.map((resource) => ({ resource, since: 0 })),
    { mode: 'full', note },
  )
}

/** What an incremental job reads: the feed of changes since the cursor, and by creation time what the feed leaves out. */
export function planIncremental(
  resources: readonly Chosen[],
  { account: { changes }, cursor, now }: Situation,
): Checkpoint {
  const instead = (note: string) => planFull(resources, note)
  if (!changes) return instead('the provider has no feed of changes: everything was read')
  if (!cursor) return instead('there was no cursor yet: everything was read')
  if (cursor.second * 1_000 > now + clockTolerance)
    return instead(
      `the cursor is in the future (${new Date(cursor.second * 1_000).toISOString()}): everything was read`,
    )
  const since = cursor.second - overlap
  const readings = resources.flatMap((resource): Reading[] => {
    if (!cursor.resources.includes(resource.name)) return [{ resource, since: 0 }]
    if (changes.announced.includes(resource.name)) return []
    return [{ resource, since: resource.createdFilter ? since : 0 }]
  })
  const added = resources.map(({ name }) => name).filter((name) => !cursor.resources.includes(name))
  const note = added.length > 0 ? `not covered by the cursor, so read from the beginning: ${added.join(', ')}` : null
  return plan([{ resource: { name: eventsName }, since }, ...readings], { mode: 'incremental', note })
}

/**
 * Why a feed that answered at `observedAt` cannot be relied on, or null: it no longer goes back to where the job begins.
 * The provider's clock decides, so this is known only with the feed's first page.
 */
export function cursorExpired(
  { slices }: Checkpoint,
  { changes }: Pick<Account, 'changes'>,
  observedAt: Date,
): string | null {
  const since = slices.find(({ resource }) => resource === eventsName)?.window.from
  if (!changes || since === undefined) return null
  const days = Math.floor((observedAt.getTime() / 1_000 - since - overlap) / 86_400)
  if (days < changes.keptDays - safety) return null
  return `the cursor was ${days} days old and the feed goes back ${changes.keptDays}: everything was read`
}
