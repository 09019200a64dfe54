import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from './account-key.ts'
import { columnOf } from './column-of.ts'
import type { SyncedTable } from './schema.ts'

/** A resource and its table. */
export interface ResourceTable {
  readonly name: string
  readonly table: SyncedTable
}

/** `from … as row where …`: the rows of one account and resource that are not deleted and that a list would show. */
export function liveRows(resource: ResourceTable, { tenantId, provider, account }: AccountKey): SQL {
  return sql`from ${resource.table} as row where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} and row.account = ${account} and ${isLive(resource)}`
}

/** `from … as row where …`: the rows of one account and resource that are marked as deleted. */
export function deletedRows({ name, table }: ResourceTable, { tenantId, provider, account }: AccountKey): SQL {
  return sql`from ${table} as row where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} and row.account = ${account} and row.deleted_at is not null ${ofResource(table, sql`${name}`)}`
}

/** Whether `row` is the resource's, not deleted, and in a list; a price found only inside another item is in none. */
export function isLive({ name, table }: ResourceTable): SQL {
  const listed = 'inline' in getTableColumns(table) ? sql`and not row.inline` : sql``
  return sql`row.deleted_at is null ${ofResource(table, sql`${name}`)} ${listed}`
}

/** Rows of a resource that have one of these values in a column. */
export interface Within {
  /** By its name in code. */
  readonly column: string
  readonly values: readonly string[]
}

/** `and row.location_id = any (…)`; empty if all rows of the resource are meant. */
export function isWithin({ table }: ResourceTable, within: Within | null = null): SQL {
  if (!within) return sql``
  return sql`and row.${columnOf(table, within.column)} = any(array(select jsonb_array_elements_text(${JSON.stringify(within.values)}::jsonb)))`
}

/** `and row.resource = …` for a table that holds objects of all kinds; empty for any other. */
export function ofResource(table: SyncedTable, resource: SQL): SQL {
  return hasResource(table) ? sql`and row.resource = ${resource}` : sql``
}

/** Whether the table holds objects of all kinds, told apart by its column `resource`. */
export function hasResource(table: SyncedTable): boolean {
  return 'resource' in getTableColumns(table)
}
