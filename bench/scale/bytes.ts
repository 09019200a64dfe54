import { randomUUID } from 'node:crypto'
import { openSandbox } from '../../src/sandbox/stripe/index.ts'
import { contextOf, eventOf, openWorkerFor, type ScaleEnv, timed } from './scale-env.ts'

export interface TableBytes {
  readonly table: string
  readonly rows: number
  readonly indexes: number
  /** Bytes a row. */
  readonly heap: number
  readonly index: number
  readonly toast: number
}

/** A full sync of a sandbox account through the real worker, and what its rows weigh. */
export async function measureBytes(env: ScaleEnv, { customers }: { readonly customers: number }) {
  const sandbox = await openSandbox({ customers, limits: 'none' })
  const worker = await openWorkerFor(env.url, sandbox.url)
  const jobId = randomUUID()
  const tenantId = randomUUID()
  const before = await readWal(env)
  const ms = await timed(() =>
    worker.handle(eventOf({ jobId, tenantId, providerName: 'stripe', accessToken: 'sk_live_sandbox' }), contextOf()),
  )
  const after = await readWal(env)
  await worker.close()
  await sandbox.close()
  await env.query('vacuum analyze')
  const [job] = await env.query('select status, fetched, requests, commits, error from sync_jobs where id = $1', [
    jobId,
  ])
  return {
    job,
    ms,
    wal: after.bytes - before.bytes,
    images: after.images - before.images,
    tables: await tableBytes(env),
  }
}

/** Bytes of the log so far, and how many whole pages are in it. */
async function readWal(env: ScaleEnv): Promise<{ readonly bytes: number; readonly images: number }> {
  const [row] = await env.query('select wal_bytes as bytes, wal_fpi as images from pg_stat_wal')
  return { bytes: Number(row?.bytes), images: Number(row?.images) }
}

export async function walPosition(env: ScaleEnv): Promise<string> {
  const [row] = await env.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn')
  return row?.lsn ?? '0/0'
}

async function tableBytes(env: ScaleEnv): Promise<readonly TableBytes[]> {
  const rows = await env.query<Record<keyof TableBytes, string>>(`
    select c.relname as table, c.reltuples::bigint as rows,
      (select count(*) from pg_index where indrelid = c.oid) as indexes,
      pg_relation_size(c.oid) / greatest(c.reltuples, 1) as heap,
      pg_indexes_size(c.oid) / greatest(c.reltuples, 1) as index,
      coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0) / greatest(c.reltuples, 1) as toast
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'r' and c.reltuples > 0 order by c.reltuples desc`)
  return rows.map(({ table, ...numbers }) => ({
    table,
    rows: Number(numbers.rows),
    indexes: Number(numbers.indexes),
    heap: Number(numbers.heap),
    index: Number(numbers.index),
    toast: Number(numbers.toast),
  }))
}
