type Query = <Row extends object = Record<string, unknown>>(text: string, values?: unknown[]) => Promise<Row[]>

/** Every table with rows of a tenant, as the database has it. The routes of events are no tenant's: the tenant is what is asked for. */
export async function tenantTables(query: Query): Promise<readonly string[]> {
  const rows = await query<{ name: string }>(`
    select relname as name from pg_class join pg_attribute on attrelid = pg_class.oid
    where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and attname = 'tenant_id'
      and relname <> 'event_routes' order by 1`)
  return rows.map(({ name }) => name)
}

/** Puts a row of this tenant into a table, with a value where there must be one; returns it as JSON. */
export async function plantRow(query: Query, table: string, tenantId: string): Promise<string> {
  const columns = await query<{ name: string; type: string }>(
    `select column_name as name, data_type as type from information_schema.columns
     where table_schema = 'public' and table_name = $1 and is_nullable = 'NO' and column_default is null`,
    [table],
  )
  const value = ({ name, type }: (typeof columns)[number]) => {
    if (name === 'tenant_id') return `'${tenantId}'`
    if (type === 'uuid') return 'gen_random_uuid()'
    if (type === 'jsonb' || type === 'ARRAY') return `'{}'`
    if (type === 'date' || type.startsWith('timestamp')) return 'now()'
    if (type === 'boolean') return 'false'
    if (name === 'kind' && table === 'erasure_requests') return `'erase-account'`
    return type === 'text' ? 'md5(random()::text)' : '1'
  }
  const [row] = await query<{ row: string }>(
    `insert into ${table} (${columns.map(({ name }) => name).join()}) values (${columns.map(value).join()})
     returning to_jsonb(${table})::text as row`,
  )
  return row?.row ?? ''
}
