import type { Query } from './fault-env.ts'
import { allTables } from './tables.ts'

/** A tenant without jobs, whose rows have the ids of the other tenants' rows. */
export const otherTenant = '00000000-0000-4000-8000-00000000b757'

/** Fills the other tenant. The function returned says in a sentence if any of its rows has changed since. */
export async function watchOtherTenant(query: Query): Promise<() => Promise<readonly string[]>> {
  await fillOtherTenant(query)
  const untouched = await digestOtherTenant(query)
  return async () => ((await digestOtherTenant(query)) === untouched ? [] : ['rows of another tenant were touched'])
}

/** Copies each row of every tenant to the other tenant. */
export async function fillOtherTenant(query: Query): Promise<void> {
  for (const table of allTables) {
    const columns = await query<{ name: string }>(
      `select column_name as name from information_schema.columns where table_schema = 'public' and table_name = $1`,
      [table],
    )
    const names = columns.map(({ name }) => name)
    const values = names.map((name) =>
      name === 'tenant_id' ? `'${otherTenant}'::uuid` : name === 'raw' ? `'{"otherTenant": true}'::jsonb` : `"${name}"`,
    )
    await query(`insert into ${table} (${names.map((name) => `"${name}"`)}) select ${values} from ${table}
      where tenant_id <> '${otherTenant}' on conflict do nothing`)
  }
}

/** A digest of the other tenant's rows. It changes with any of them. */
export async function digestOtherTenant(query: Query): Promise<string> {
  const each = [...allTables, 'sync_jobs', 'sync_rejects', 'sync_cursors'].map(
    (table) => `select '${table}' as "table", md5(string_agg(stored::text, '|' order by stored::text)) as digest
      from ${table} as stored where tenant_id = '${otherTenant}'`,
  )
  const rows = await query<{ table: string; digest: string | null }>(each.join(' union all '))
  return rows.map(({ table, digest }) => `${table}:${digest}`).join(' ')
}
