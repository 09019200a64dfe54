import type { ScaleEnv } from './scale-env.ts'

/** Copies a table's rows under new ids until there are about so many; the payload's id changes with the row's. */
export async function multiply(env: ScaleEnv, table: string, target: number): Promise<number> {
  const rows = async () => Number((await env.query<{ rows: string }>(`select count(*) as rows from ${table}`))[0]?.rows)
  const times = Math.round(target / (await rows())) - 1
  const columns = await env.query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_name = $1 and table_schema = 'public'`,
    [table],
  )
  const names = columns.map(({ name }) => `"${name}"`)
  const copied = names.map((name) => {
    if (name === '"id"') return `id || '_' || copy`
    return name === '"raw"' ? `jsonb_set(raw, '{id}', to_jsonb(id || '_' || copy))` : name
  })
  await env.query(
    `insert into ${table} (${names.join(', ')}) select ${copied.join(', ')} from ${table}, generate_series(1, ${times}) as copy`,
  )
  await env.query(`vacuum analyze ${table}`)
  return await rows()
}
