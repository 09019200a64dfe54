import { SyncError } from '../errors.ts'
import type { Payload } from '../json/raw-json.ts'
import type { Change, ChangeSource, ExpandedPage, Source } from '../provider/contract.ts'
import { emptied, expandPage } from './expand.ts'
import { type Mapped, rejectItem } from './rows.ts'

/** The name under which the feed of changes is read, in checkpoints and limits. */
export const eventsName = 'events'

/**
 * The feed of changes as a source whose items become rows of other resources. The order in which events arrive does not
 * matter: a row is observed at its event's second and replaced only by what was observed later. Where one second has
 * several events of one object, or may have more on another page, the provider is asked for the object as it is now.
 */
export function eventsSource(feed: ChangeSource, sources: readonly Source[]): Source {
  const [any] = sources
  if (!any) throw new Error('changes: a provider without resources has none')
  return {
    // Its own rows are never written: every row of `expand` names its table.
    table: any.table,
    row: any.row,
    name: eventsName,
    createdFilter: { field: 'created' },
    list: feed.list,
    async expand(events, page, signal) {
      const read = events.flatMap((event, place) => {
        const change = feed.read(event)
        // What is dated later than the answer that brought it would be taken for newer than all that comes after.
        const second = Math.min(change?.at ?? 0, Math.floor(page.answeredAt.getTime() / 1_000))
        return change
          ? [{ ...change, at: second, payload: change.path && page.payloadOf?.(place)?.at(...change.path) }]
          : []
      })
      const changes = latestPerObject(read, page.shared)
      const mapped = await Promise.all(
        changes.map((change) => applyOrReject(change, { sources, pageSize: page.pageSize }, signal)),
      )
      return {
        rows: mapped.flatMap((one) => one.rows),
        rejects: mapped.flatMap((one) => one.rejects),
        families: mapped.flatMap((one) => one.families),
        drifts: mapped.flatMap((one) => one.drifts),
      }
    },
  }
}

interface Read extends Change {
  /** Where `item` is in the answer. */
  readonly payload: Payload | undefined
}

interface Latest extends Read {
  /** Whether the event's own picture of the object may not be the last of its second. */
  readonly ambiguous: boolean
}

function latestPerObject(changes: readonly Read[], shared: ExpandedPage['shared']): readonly Latest[] {
  const latest = new Map<string, Latest>()
  for (const change of changes) {
    const key = `${change.resource} ${change.id}`
    const other = latest.get(key)
    const tied = other?.at === change.at
    if (!other || other.at <= change.at) latest.set(key, { ...change, ambiguous: tied || shared.has(change.at) })
  }
  return [...latest.values()]
}

interface Applying {
  readonly sources: readonly Source[]
  readonly pageSize: number
}

const nothing: Mapped = { rows: [], rejects: [], families: [], drifts: [] }

/** One object that the key may not ask for, or whose resource it may not, keeps no other from being applied. */
async function applyOrReject(change: Latest, applying: Applying, signal: AbortSignal): Promise<Mapped> {
  try {
    return await apply(change, applying, signal)
  } catch (error) {
    if (!(error instanceof SyncError && error.verdict === 'skip')) throw error
    const { resource, id, item } = change
    return { ...nothing, rejects: [rejectItem(resource, item ?? { id }, { code: error.code, reason: error.message })] }
  }
}

async function apply(change: Latest, { sources, pageSize }: Applying, signal: AbortSignal): Promise<Mapped> {
  const source = sources.find(({ name }) => name === change.resource)
  if (!source) return nothing
  const { item: pictured, payload: picture, gone } = change
  const observed = { item: pictured, payload: picture, observedAt: new Date(change.at * 1_000), gone }
  // What is deleted and cannot be asked for was not made again under its id either.
  const unsure = gone ? change.ambiguous && source.retrieve : change.ambiguous || change.item === null
  const now = unsure ? await current(source, change, signal) : observed
  const { item, payload, observedAt } = now
  if (now.gone) return deleted(source, change, observedAt)
  return expandPage({ source, items: [item], payloadOf: () => payload, observedAt, pageSize, sources }, signal)
}

async function current(source: Source, { id, item, at }: Change, signal: AbortSignal) {
  if (!source.retrieve)
    throw new SyncError(
      'reject',
      'provider_contract',
      `${source.name}: announced by events but cannot be asked for by id`,
    )
  const { item: found, payload, observedAt } = await source.retrieve(id, signal)
  // It was asked for because of the event, and so is no older, though that be in the very same second.
  const seen = new Date(Math.max(at * 1_000, observedAt.getTime()))
  return { item: found ?? item, payload, observedAt: seen, gone: found === null }
}

/** The object's row with its deletion, even where there is no row yet; and nothing is left of its nested lists. */
function deleted(source: Source, { id, item, payload }: Read, observedAt: Date): Mapped {
  const known = item ?? { id }
  const row = {
    resource: source.name,
    table: source.table,
    row: source.row(known),
    raw: item === null ? known : (payload ?? known),
    observedAt,
    deleted: true,
  }
  return { rows: [row], rejects: [], families: emptied(source, id, observedAt), drifts: [] }
}
