import type { Query } from './fault-env.ts'
import { allTables } from './tables.ts'

/** A tenant nobody works for, with rows of the very ids that the others have. */
export const bystander = '00000000-0000-4000-8000-00000000b757'

/** Settles the bystander; asked later, tells in a sentence whether any of its rows was touched since. */
export async function watchBystander(query: Query): Promise<() => Promise<readonly string[]>> {
  await settleBystander(query)
  const untouched = await digestBystander(query)
  return async () => ((await digestBystander(query)) === untouched ? [] : ['rows of another tenant were touched'])
}

/** Gives the bystander a row for each object that any tenant has by now, and a finished job. */
export async function settleBystander(query: Query): Promise<void> {
  for (const table of allTables) {
    const columns = await query<{ name: string }>(
      `select column_name as name from information_schema.columns where table_schema = 'public' and table_name = $1`,
      [table],
    )
    const names = columns.map(({ name }) => name)
    const values = names.map((name) =>
      name === 'tenant_id' ? `'${bystander}'::uuid` : name === 'raw' ? `'{"bystander": true}'::jsonb` : `"${name}"`,
    )
    await query(`insert into ${table} (${names.map((name) => `"${name}"`)}) select ${values} from ${table}
      where tenant_id <> '${bystander}' on conflict do nothing`)
  }
}

/** The bystander's rows in one word: it changes with any of them. */
export async function digestBystander(query: Query): Promise<string> {
  const each = [...allTables, 'sync_jobs', 'sync_rejects', 'sync_cursors'].map(
    (table) => `select '${table}' as "table", md5(string_agg(one::text, '|' order by one::text)) as digest
      from ${table} as one where tenant_id = '${bystander}'`,
  )
  const rows = await query<{ table: string; digest: string | null }>(each.join(' union all '))
  return rows.map(({ table, digest }) => `${table}:${digest}`).join(' ')
}
