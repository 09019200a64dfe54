import { getTableColumns, is } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import type { SyncedTable } from './schema.ts'
import * as schema from './schema.ts'

/** The tables that providers' items land in, by their names in SQL. */
export const syncedTables: ReadonlyMap<string, SyncedTable> = new Map(
  Object.values<unknown>(schema)
    .filter(isSynced)
    .map((table) => [getTableConfig(table).name, table] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1)),
)

function isSynced(one: unknown): one is SyncedTable {
  return is(one, PgTable) && 'observedAt' in getTableColumns(one)
}

/** The names of a table's columns in SQL. */
export function columnsOf(table: SyncedTable): readonly string[] {
  return Object.values(getTableColumns(table)).map(({ name }) => name)
}
