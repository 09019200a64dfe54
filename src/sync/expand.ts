import { SyncError } from '../errors.ts'
import { fields, isUsableId } from './fields.ts'
import type { NestedSource, Source } from './provider.ts'
import { type Family, type Mapped, mapItems, type ObservedRow } from './rows.ts'

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
  })
  if (!source.nested && !source.harvest) return { ...own, families: [] }
  const all: { rows: Mapped['rows'][number][]; rejects: Mapped['rejects'][number][]; families: Family[] } = {
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

interface Parent {
  readonly parentId: string
  readonly item: unknown
  readonly expansion: Expansion
}

const nothing: Mapped = { rows: [], rejects: [], families: [] }

async function readNested(
  nested: NestedSource,
  { parentId, item, expansion }: Parent,
  signal: AbortSignal,
): Promise<Mapped> {
  const embedded = nested.embedded(item)
  if (!embedded) return nothing
  let { observedAt } = expansion
  let items = [...embedded.items]
  let next = embedded.next
  try {
    while (next !== null) {
      const cursor: string | null = next === '' ? null : next
      const page = await nested
        .list(parentId, { cursor, limit: expansion.pageSize }, signal)
        .catch(restartWhereCursorGone)
      if (page === 'restart') {
        items = []
        next = ''
        continue
      }
      items.push(...page.items)
      if (page.next === next)
        throw new SyncError(
          'reject',
          'provider_contract',
          `${nested.name}: the provider says there is more but does not move on`,
        )
      next = page.next
      observedAt = page.observedAt
    }
  } catch (error) {
    // The parent went away meanwhile; its own deletion is seen elsewhere.
    if (error instanceof SyncError && error.code === 'not_found') return nothing
    throw error
  }
  const stamp = { resource: nested.name, table: nested.table, observedAt }
  const mapped = mapItems(items, { ...stamp, map: (one) => nested.row(one, parentId) })
  const ids = items.map((one) => fields(one).id).filter(isUsableId)
  const found = items.flatMap((one) => Object.entries(nested.harvest?.(one) ?? {}))
  const rows = [...mapped.rows, ...harvested(found, { sources: expansion.sources, observedAt })]
  return { rows, rejects: mapped.rejects, families: [{ ...stamp, parent: nested.parent, parentId, ids }] }
}

/** The last embedded item left the list before the rest was asked for: read the list from its beginning. */
function restartWhereCursorGone(error: unknown): 'restart' {
  if (error instanceof SyncError && error.cursorGone) return 'restart'
  throw error
}
