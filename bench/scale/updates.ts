import { walPosition } from './bytes.ts'
import { type ScaleEnv, timed } from './scale-env.ts'

export interface UpdateCost {
  readonly fillfactor: number
  readonly rows: number
  readonly updated: number
  readonly hotShare: number
  readonly walBytesPerRow: number
  /** Bytes after over bytes before, heap and indexes. */
  readonly growth: number
  readonly vacuumMs: number
  /** VACUUM of heap and indexes together, bytes before. */
  readonly gigabytes: number
}

/**
 * What updates cost a big table: a tenth of its rows, at random, in transactions of 100, get another payload and times and
 * no other indexed value, as the worker's upsert does where an object has changed. Then VACUUM.
 */
export async function measureUpdates(env: ScaleEnv, table: string, fillfactor: number): Promise<UpdateCost> {
  await env.query(`alter table ${table} set (fillfactor = ${fillfactor}, autovacuum_enabled = off)`)
  await env.query(`vacuum full ${table}`)
  await env.query(`vacuum analyze ${table}`)
  await env.query('checkpoint')
  const size = async () => Number((await env.query(`select pg_total_relation_size('${table}') as bytes`))[0]?.bytes)
  const [before, from] = [await size(), await walPosition(env)]
  await env.query(`select pg_stat_reset_single_table_counters('${table}'::regclass)`)
  const ids = await env.query<{ id: string }>(
    `select id from ${table} order by md5(id) limit (select count(*) / 10 from ${table})`,
  )
  for (let at = 0; at < ids.length; at += 100) {
    const batch = ids.slice(at, at + 100).map(({ id }) => id)
    await env.query(
      `update ${table} set raw = raw || jsonb_build_object('description', 'changed'), observed_at = now(), synced_at = now()
        where tenant_id = (select tenant_id from ${table} limit 1) and provider = 'stripe' and id = any($1)`,
      [batch],
    )
  }
  const [wal] = await env.query(`select pg_current_wal_insert_lsn() - $1::pg_lsn as bytes`, [from])
  await env.query('select pg_stat_force_next_flush()')
  const [stats] = await env.query(`select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where relname = '${table}'`)
  const after = await size()
  const vacuumMs = await timed(() => env.query(`vacuum ${table}`))
  const [{ rows } = { rows: 0 }] = await env.query(`select count(*) as rows from ${table}`)
  return {
    fillfactor,
    rows: Number(rows),
    updated: Number(stats?.n_tup_upd),
    hotShare: Number(stats?.n_tup_hot_upd) / Number(stats?.n_tup_upd),
    walBytesPerRow: Number(wal?.bytes) / ids.length,
    growth: after / before,
    vacuumMs,
    gigabytes: before / 2 ** 30,
  }
}

export interface ProofCost {
  readonly rows: number
  /** Milliseconds, warm: as the planner likes it where one tenant has the whole table, and by index as among many tenants. */
  readonly ms: number
  readonly byIndexMs: number
}

/** The last statement of a full job counts the tenant's live rows. */
export async function measureProof(env: ScaleEnv, table: string): Promise<ProofCost> {
  const [owner] = await env.query<{ id: string }>(`select tenant_id as id from ${table} limit 1`)
  const count = () =>
    env.query<{ live: number }>(
      `select count(*)::int as live from ${table} as row where row.tenant_id = $1
         and row.provider = 'stripe' and row.deleted_at is null and row.created_at <= now()`,
      [owner?.id],
    )
  const [row] = await count()
  const ms = await timed(count)
  await env.query('set enable_seqscan = off')
  await env.query('set max_parallel_workers_per_gather = 0')
  await count()
  const byIndexMs = await timed(count)
  await env.query('reset enable_seqscan')
  await env.query('reset max_parallel_workers_per_gather')
  return { rows: row?.live ?? 0, ms, byIndexMs }
}
