import { type ScaleEnv, timed } from './scale-env.ts'

export interface CompressionCost {
  /** As the migrations make the tables, or with payloads compressed, and put aside, from so many bytes a row on. */
  readonly storage: string
  readonly rows: number
  /** Bytes a row, over all tables. */
  readonly heap: number
  readonly toast: number
  /** Milliseconds of copying all rows, and of comparing every payload with its copy as the worker's upsert does. */
  readonly copyMs: number
  readonly compareMs: number
}

/** The embedded Postgres is built without lz4, so this is pglz. */
const storages = [
  { storage: 'as it is', target: undefined },
  { storage: 'from 1,024 bytes', target: 1_024 },
  { storage: 'from 512 bytes', target: 512 },
  { storage: 'from 256 bytes', target: 256 },
] as const

/**
 * What synced rows weigh when their payloads are compressed: Postgres leaves rows of up to 2 kB as they are, unless
 * `toast_tuple_target` says otherwise.
 */
export async function measureCompression(env: ScaleEnv): Promise<readonly CompressionCost[]> {
  const tables = await env.query<{ name: string }>(
    `select relname as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where nspname = 'public' and relkind = 'r' and reltuples > 1000 and relname not like 'sync%' order by relname`,
  )
  const costs: CompressionCost[] = []
  for (const [at, { storage, target }] of storages.entries()) {
    const schema = `stored_${at}`
    await env.query(`create schema ${schema}`)
    const sums = { rows: 0, heap: 0, toast: 0, copyMs: 0, compareMs: 0 }
    for (const { name } of tables) {
      const copy = `${schema}.${name}`
      await env.query(`create table ${copy} (like public.${name} including defaults)`)
      if (target) await env.query(`alter table ${copy} set (toast_tuple_target = ${target})`)
      // The payload is written anew: what is compressed already would be copied as it is.
      const others = await env.query<{ name: string }>(
        `select quote_ident(column_name) as name from information_schema.columns
          where table_schema = 'public' and table_name = $1 and column_name <> 'raw'`,
        [name],
      )
      const columns = others.map((column) => column.name).join(', ')
      sums.copyMs += await timed(() =>
        env.query(`insert into ${copy} (${columns}, raw) select ${columns}, raw::text::jsonb from public.${name}`),
      )
      await env.query(`vacuum analyze ${copy}`)
      sums.compareMs += await timed(() =>
        env.query(
          `select count(*) from ${copy} as old join public.${name} as input using (tenant_id, provider, account, id)
            where old.raw is distinct from input.raw::text::jsonb`,
        ),
      )
      const [size] = await env.query(
        `select count(*) as rows, pg_relation_size('${copy}') as heap,
          (select coalesce(pg_total_relation_size(nullif(reltoastrelid, 0)), 0) from pg_class where oid = '${copy}'::regclass) as toast
          from ${copy}`,
      )
      for (const key of ['rows', 'heap', 'toast'] as const) sums[key] += Number(size?.[key])
    }
    await env.query(`drop schema ${schema} cascade`)
    costs.push({ ...sums, storage, heap: sums.heap / sums.rows, toast: sums.toast / sums.rows })
  }
  return costs
}
