import type pg from 'pg'
import type { ScaleEnv } from './scale-env.ts'

/** On a connection of its own, whose catalogue cache is empty: what a Lambda's first statement pays. */
export async function blocksOfPlanning(env: ScaleEnv, schema: string, where: string): Promise<number> {
  const client = await env.connect()
  const { rows } = await client.query(
    `explain (buffers, summary, format json) select count(*) from ${schema}.invoice_lines ${where}`,
  )
  await client.end()
  const { Planning: planning } = rows[0]['QUERY PLAN'][0]
  return planning['Shared Hit Blocks'] + planning['Shared Read Blocks']
}

/** The pool has one connection, so that the work is part of this transaction, which is rolled back. */
export async function locksOf(pool: pg.Pool, schema: string, work: () => Promise<unknown>): Promise<number> {
  await pool.query('begin')
  await work()
  const { rows } = await pool.query(
    `select count(*)::int as locks from pg_locks join pg_class on pg_class.oid = relation
      where pid = pg_backend_pid() and relnamespace = $1::regnamespace`,
    [schema],
  )
  await pool.query('rollback')
  return rows[0].locks
}
