import pg from 'pg'

/** Removes all rows of a tenant from the embedded database. */
export async function forgetTenant(client: pg.Client, tenant: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class as c join pg_attribute as a on a.attrelid = c.oid
      where c.relkind in ('r', 'p') and not c.relispartition and a.attname = 'tenant_id'
        and c.relnamespace = quote_ident(current_schema())::regnamespace order by c.relname like 'sync%', c.relname`,
  )
  for (const { name } of rows)
    await client.query(`delete from ${pg.escapeIdentifier(name)} where tenant_id = $1`, [tenant])
}
