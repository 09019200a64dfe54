import { sql } from 'drizzle-orm'
import { seesAllTenants } from '../db/all-tenants.ts'
import type { OpenDatabase, TenantDatabase } from '../db/open.ts'

/** Reads the rows of one tenant, or of all tenants that the login may see. */
export type Reader = Pick<TenantDatabase, 'read'>

/** The rows of that tenant; without one, those of all tenants. */
export function readerOf(database: OpenDatabase, tenantId: string | undefined): Reader {
  return tenantId === undefined ? database.everyTenant : database.tenant(tenantId)
}

/** Whether Postgres shows the login the rows of all tenants. Another login sees one tenant at a time. */
export async function seesEveryTenant({ read }: Reader): Promise<boolean> {
  const { rows } = await read((tx) => tx.execute<{ all: boolean }>(sql.raw(seesAllTenants)))
  return rows[0]?.all ?? false
}
