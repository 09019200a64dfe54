import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { SyncedTable } from './schema.ts'

interface Account {
  readonly tenantId: string
  readonly provider: string
}

/**
 * `from … as row where …`: the rows of one account and resource that are not deleted and that a list would show; a price
 * found only inside another item is in no list.
 */
export function liveRows(
  { name, table }: { readonly name: string; readonly table: SyncedTable },
  { tenantId, provider }: Account,
): SQL {
  const columns = Object.values(getTableColumns(table)).map((column) => column.name)
  const ofResource = columns.includes('resource') ? sql`and row.resource = ${name}` : sql``
  const listed = columns.includes('inline') ? sql`and not row.inline` : sql``
  return sql`from ${table} as row where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} and row.deleted_at is null ${ofResource} ${listed}`
}
