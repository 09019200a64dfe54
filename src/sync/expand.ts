import { answerTooLarge, SyncError } from '../errors.ts'
import { isUsableId } from '../json/id.ts'
import { mayBeRounded, Payload } from '../json/raw-json.ts'
import type { Found, NestedSource, Page, Source } from '../provider/contract.ts'
import { fields } from '../provider/fields.ts'
import { type Family, type Mapped, mapItems, type ObservedRow } from './rows.ts'

interface Expansion {
  readonly source: Source
  readonly items: readonly unknown[]
  /** Where the item at a place is in the answer. */
  readonly payloadOf?: ((at: number) => Payload | undefined) | undefined
  readonly observedAt: Date
  readonly pageSize: number
  /** The sources items may be harvested for. */
  readonly sources: readonly Source[]
}

/**
 * A page's items as rows: the items themselves, their nested lists to the end (what an item does not carry is fetched,
 * behind the same limiters), and whole items of other resources found in them.
 * @throws SyncError
 */
export async function expandPage(expansion: Expansion, signal: AbortSignal): Promise<Mapped> {
  const { source, items, payloadOf, observedAt } = expansion
  const own = mapItems(items, {
    resource: source.name,
    table: source.table,
    observedAt,
    payloadOf,
    places: source.places,
    map: (item, odd) => source.row(item, odd),
  })
  // Not `own` itself: the items are let go, their rows wait for the committer.
  const all = { rows: [...own.rows], rejects: [...own.rejects], families: [] as Family[], drifts: [...own.drifts] }
  if (!source.nested && !source.harvest) return all
  for (const nested of source.nested ?? []) {
    const lists = await Promise.all(
      own.rows.map(({ row, raw }, at) =>
        readNested(nested, { parentId: row.id, item: own.items[at], raw, expansion }, signal),
      ),
    )
    for (const list of lists) {
      all.rows.push(...list.rows)
      all.rejects.push(...list.rejects)
      all.families.push(...list.families)
      all.drifts.push(...list.drifts)
    }
  }
  for (const [at, item] of own.items.entries())
    all.rows.push(...harvested(source.harvest?.(item), own.rows[at]?.raw, expansion))
  return all
}

/** Rows of other resources that were found whole inside an item. `holder`: the item; see ObservedRow.raw. */
function harvested(
  found: ReturnType<NonNullable<Source['harvest']>> = {},
  holder: unknown,
  { sources, observedAt }: Pick<Expansion, 'sources' | 'observedAt'>,
): readonly ObservedRow[] {
  return Object.entries(found).flatMap(([resource, places]) => {
    const target = sources.find(({ name }) => name === resource)
    if (!target || places.length === 0) return []
    const items = places.map(({ item }) => item)
    const payloadOf = (at: number) => exactly(places[at], holder)
    const { table } = target
    return mapItems(items, { resource, table, observedAt, harvested: true, payloadOf, map: (item) => target.row(item) })
      .rows
  })
}

/** Its own bytes where numbers are in it that JSON.parse does not keep: else to write it again is cheaper than to cut it out. */
function exactly(found: Found | undefined, holder: unknown): Payload | undefined {
  if (!found || !(holder instanceof Payload) || !mayBeRounded(found.item)) return undefined
  return holder.at(...found.path).alone()
}

/** Nothing is left of the nested lists of an object that is gone. */
export function emptied({ nested = [], table: parentTable }: Source, id: string, observedAt: Date): readonly Family[] {
  return nested.map(({ name, table, parent }) => ({
    resource: name,
    table,
    parent,
    parentId: id,
    parentTable,
    ids: [],
    observedAt,
  }))
}

interface Parent {
  readonly parentId: string
  readonly item: unknown
  /** The parent's own; see ObservedRow.raw. */
  readonly raw: unknown
  readonly expansion: Expansion
}

const nothing: Mapped = { rows: [], rejects: [], families: [], drifts: [] }

async function readNested(
  nested: NestedSource,
  { parentId, item, raw, expansion }: Parent,
  signal: AbortSignal,
): Promise<Mapped> {
  const embedded = nested.embedded(item)
  if (!embedded) return nothing
  const { name: resource, table, parent } = nested
  const payload = raw instanceof Payload && embedded.path ? raw.at(...embedded.path) : undefined
  const begun = { items: embedded.items, payload, observedAt: expansion.observedAt }
  const pages = await readPages(nested, { parentId, begun, next: embedded.next, expansion }, signal)
  const [first] = pages
  // The parent went away meanwhile; its own deletion is seen elsewhere.
  if (!first) return nothing
  // Each row was seen when its own page was: a change between two pages must not look older than what it changes.
  const mapped = pages.map(({ items, payload: place, observedAt }) => {
    const own = mapItems(items, {
      resource,
      table,
      observedAt,
      payloadOf: place && ((at) => place.at(at)),
      places: nested.places,
      map: (one, odd) => nested.row(one, parentId, odd),
    })
    const { sources } = expansion
    const found = items.flatMap((one, at) => harvested(nested.harvest?.(one), place?.at(at), { sources, observedAt }))
    return { ...own, rows: [...own.rows, ...found] }
  })
  const ids = pages.flatMap(({ items }) => items.map((one) => fields(one).id)).filter(isUsableId)
  return {
    rows: mapped.flatMap(({ rows }) => rows),
    rejects: mapped.flatMap(({ rejects }) => rejects),
    drifts: mapped.flatMap(({ drifts }) => drifts),
    families: [
      {
        resource,
        table,
        parent,
        parentId,
        parentTable: expansion.source.table,
        ids: [...new Set(ids)],
        observedAt: first.observedAt,
      },
    ],
  }
}

type NestedPage = Pick<Page, 'items' | 'payload' | 'observedAt'>

interface Begun extends Pick<Parent, 'parentId' | 'expansion'> {
  readonly begun: NestedPage
  readonly next: string | null
}

/** How often a list is read again from its beginning because the cursor's item has left it. */
const restartsAtMost = 5

/** The embedded items and the pages after them, or all pages where those items are no longer its beginning. Empty where the parent is gone. */
async function readPages(
  nested: NestedSource,
  { parentId, begun, next: rest, expansion }: Begun,
  signal: AbortSignal,
): Promise<readonly NestedPage[]> {
  let pages: NestedPage[] = [begun]
  let limit = expansion.pageSize
  let restarts = 0
  const cursors = new Set([rest])
  for (let next = rest; next !== null; ) {
    const cursor: string | null = next === '' ? null : next
    try {
      const page = await nested.list(parentId, { cursor, limit }, signal)
      if (page.next !== null && (page.items.length === 0 || cursors.has(page.next))) throw doesNotMoveOn(nested)
      pages.push(page)
      next = page.next
      cursors.add(next)
    } catch (error) {
      if (!(error instanceof SyncError)) throw error
      if (error.code === 'not_found') return []
      if (error.code === answerTooLarge && limit > 1) {
        limit = Math.ceil(limit / 2)
        continue
      }
      if (!error.cursorGone || cursor === null || restarts++ >= restartsAtMost) throw error
      pages = []
      next = ''
      cursors.clear()
    }
  }
  return pages
}

function doesNotMoveOn({ name }: NestedSource): SyncError {
  return new SyncError(
    'reject',
    'provider_contract',
    `${name}: the provider says there is more but does not move on; reading would never end`,
  )
}
