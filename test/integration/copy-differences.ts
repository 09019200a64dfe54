import { syncedTables } from '../../src/db/synced-tables.ts'

/** An object that a table must hold. Of several objects with one key the row may hold any. */
export interface ExpectedObject {
  readonly table: string
  readonly key: string
  readonly raw: unknown
}

interface Copy {
  readonly stack: {
    query<Row extends object>(text: string, values: unknown[]): Promise<readonly Row[]>
  }
  readonly tenantId: string
  readonly provider: string
  /** A payload without what the provider makes anew for each answer. Default: all of it. */
  readonly comparable?: (raw: unknown) => unknown
}

/** The rows of all synced tables that differ from what a complete copy holds: `orders 1001`, in order. */
export async function findCopyDifferences(
  { stack, tenantId, provider, comparable = (raw) => raw }: Copy,
  expected: Iterable<ExpectedObject>,
): Promise<readonly string[]> {
  const text = (raw: unknown) => JSON.stringify(sorted(comparable(raw)))
  const possible = new Map<string, Set<string>>()
  for (const { table, key, raw } of expected) {
    const row = `${table} ${key}`
    possible.set(row, (possible.get(row) ?? new Set()).add(text(raw)))
  }
  const differing: string[] = []
  for (const table of syncedTables.keys()) {
    const rows = await stack.query<{ id: string; raw: unknown }>(
      `select id, raw from ${table} where tenant_id = $1 and provider = $2 and deleted_at is null`,
      [tenantId, provider],
    )
    for (const { id, raw } of rows) {
      const row = `${table} ${id}`
      if (!possible.get(row)?.has(text(raw))) differing.push(row)
      possible.delete(row)
    }
  }
  return [...differing, ...possible.keys()].toSorted()
}

/** The same value with its keys in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  )
}
