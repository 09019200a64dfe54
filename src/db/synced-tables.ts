import { getTableColumns, is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import type { SyncedTable } from './schema.ts'
import * as schema from './schema.ts'

/** The tables that providers' items land in, by their names in SQL. */
export const syncedTables: ReadonlyMap<string, SyncedTable> = new Map(
  Object.values<unknown>(schema)
    .filter(isSynced)
    .map((table) => [getTableConfig(table).name, table] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1)),
)

function isSynced(table: unknown): table is SyncedTable {
  return is(table, PgTable) && 'observedAt' in getTableColumns(table)
}

/** The names of a table's columns in SQL. */
export function columnsOf(table: SyncedTable): readonly string[] {
  return Object.values(getTableColumns(table)).map(({ name }) => name)
}
