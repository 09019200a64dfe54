import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm'
import type { SyncedTable } from './schema.ts'

/** A column by its name in code, as SQL without its table. @throws Error if the table has no such column */
export function columnOf(table: SyncedTable, key: string): SQL {
  const column = Object.entries(getTableColumns(table)).find(([name]) => name === key)?.[1]
  if (!column) throw new Error(`schema: ${getTableName(table)} has no column ${key}`)
  return sql`${sql.identifier(column.name)}`
}
