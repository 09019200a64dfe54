import { SyncError } from '../errors.ts'
import { fields, isUsableId } from './fields.ts'
import type { NestedSource, Page, Source } from './provider.ts'
import { type Drift, type Family, type Mapped, mapItems, type ObservedRow } from './rows.ts'

interface Expansion {
  readonly source: Source
  readonly items: readonly unknown[]
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
  const { source, items, observedAt } = expansion
  const own = mapItems(items, {
    resource: source.name,
    table: source.table,
    observedAt,
    map: (item) => source.row(item),
    ...(source.drift && { drift: source.drift }),
  })
  if (!source.nested && !source.harvest) return { ...own, families: [] }
  const all: {
    rows: Mapped['rows'][number][]
    rejects: Mapped['rejects'][number][]
    families: Family[]
    drifts: Drift[]
  } = {
    ...own,
    families: [],
  }
  for (const nested of source.nested ?? []) {
    const lists = await Promise.all(
      own.rows.map(({ row, raw }) => readNested(nested, { parentId: row.id, item: raw, expansion }, signal)),
    )
    for (const list of lists) {
      all.rows.push(...list.rows)
      all.rejects.push(...list.rejects)
      all.families.push(...list.families)
      all.drifts.push(...list.drifts)
    }
  }
  const found = own.rows.flatMap(({ raw }) => Object.entries(source.harvest?.(raw) ?? {}))
  all.rows.push(...harvested(found, expansion))
  return all
}

/** Rows of other resources that were found whole inside items. */
function harvested(
  found: readonly (readonly [name: string, items: readonly unknown[]])[],
  { sources, observedAt }: Pick<Expansion, 'sources' | 'observedAt'>,
): readonly ObservedRow[] {
  return found.flatMap(([resource, items]) => {
    const target = sources.find(({ name }) => name === resource)
    if (!target || items.length === 0) return []
    const { table } = target
    return mapItems(items, { resource, table, observedAt, harvested: true, map: (item) => target.row(item) }).rows
  })
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
  readonly expansion: Expansion
}

const nothing: Mapped = { rows: [], rejects: [], families: [], drifts: [] }

async function readNested(
  nested: NestedSource,
  { parentId, item, expansion }: Parent,
  signal: AbortSignal,
): Promise<Mapped> {
  const embedded = nested.embedded(item)
  if (!embedded) return nothing
  const { name: resource, table, parent } = nested
  const pages = await readPages(nested, { parentId, embedded, expansion }, signal)
  const [first] = pages
  // The parent went away meanwhile; its own deletion is seen elsewhere.
  if (!first) return nothing
  // Each row was seen when its own page was: a change between two pages must not look older than what it changes.
  const mapped = pages.map(({ items, observedAt }) => {
    const own = mapItems(items, {
      resource,
      table,
      observedAt,
      map: (one) => nested.row(one, parentId),
      ...(nested.drift && { drift: nested.drift }),
    })
    const found = items.flatMap((one) => Object.entries(nested.harvest?.(one) ?? {}))
    return { ...own, rows: [...own.rows, ...harvested(found, { sources: expansion.sources, observedAt })] }
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

interface Embedding extends Pick<Parent, 'parentId' | 'expansion'> {
  readonly embedded: NonNullable<ReturnType<NestedSource['embedded']>>
}

type NestedPage = Pick<Page, 'items' | 'observedAt'>

/** How often a list is read again from its beginning because the cursor's item has left it. */
const restartsAtMost = 5

/** The embedded items and the pages after them, or all pages where those items are no longer its beginning. Empty where the parent is gone. */
async function readPages(
  nested: NestedSource,
  { parentId, embedded, expansion }: Embedding,
  signal: AbortSignal,
): Promise<readonly NestedPage[]> {
  const begun = { items: embedded.items, observedAt: expansion.observedAt }
  let pages: NestedPage[] = [begun]
  let restarts = 0
  const cursors = new Set([embedded.next])
  for (let next = embedded.next; next !== null; ) {
    const cursor: string | null = next === '' ? null : next
    try {
      const page = await nested.list(parentId, { cursor, limit: expansion.pageSize }, signal)
      if (page.next !== null && (page.items.length === 0 || cursors.has(page.next))) throw doesNotMoveOn(nested)
      pages.push(page)
      next = page.next
      cursors.add(next)
    } catch (error) {
      if (!(error instanceof SyncError)) throw error
      if (error.code === 'not_found') return []
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
