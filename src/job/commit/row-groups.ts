import type { SyncedTable } from '../../db/schema.ts'
import type { Written } from '../../db/upsert.ts'
import type { ObservedRow } from '../../sync/rows.ts'
import type { Counts } from '../state/progress.ts'

/** How the worker got a row. That decides how the row is counted. Rows are written in this order. */
const rowKinds = ['listed', 'asked by id', 'deleted', 'derived', 'embedded'] as const
type RowKind = (typeof rowKinds)[number]

export function kindOf({ embedded, derived, deleted, askedById }: ObservedRow): RowKind {
  if (embedded) return 'embedded'
  if (derived) return 'derived'
  if (deleted) return 'deleted'
  return askedById ? 'asked by id' : 'listed'
}

interface GroupOutcome extends Written {
  readonly rows: number
  readonly refused: number
}

/** What the rows of a group count as. Only what was listed is fetched, and an item inside another if it is new or has changed. */
export function countsOf(
  kind: RowKind,
  { rows, created, updated, wereDeleted = 0, refused }: GroupOutcome,
): Partial<Counts> {
  const written = { created, updated, rejected: refused }
  switch (kind) {
    case 'listed':
      return { ...written, fetched: rows, unchanged: rows - created - updated - refused }
    case 'embedded':
    case 'derived':
      return { ...written, fetched: created + updated + refused }
    case 'asked by id':
      return written
    case 'deleted':
      return { deleted: created + updated - wereDeleted, updated: wereDeleted, rejected: refused }
  }
}

interface RowGroup {
  readonly resource: string
  readonly table: SyncedTable
  readonly kind: RowKind
  readonly rows: ObservedRow[]
}

/** Groups rows by kind and resource, in the same order for every writer. */
export function groupRows(rows: readonly ObservedRow[]): readonly RowGroup[] {
  const groups = new Map<string, RowGroup>()
  for (const row of rows) {
    const { resource, table } = row
    const kind = kindOf(row)
    const key = `${rowKinds.indexOf(kind)} ${resource}`
    const group = groups.get(key)
    if (group) group.rows.push(row)
    else groups.set(key, { resource, table, kind, rows: [row] })
  }
  return [...groups.entries()].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, group]) => group)
}
