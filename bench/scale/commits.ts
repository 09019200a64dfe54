import { setTimeout } from 'node:timers/promises'
import type { ScaleEnv } from './scale-env.ts'

export interface CommitRate {
  readonly clients: number
  readonly notify: boolean
  /** Milliseconds that each flush of the log is made to wait: what a network disk takes. */
  readonly flushMs: number
  readonly perSecond: number
}

/**
 * Commits a second of so many clients, each updating a row of its own, with and without the `pg_notify` that each write to
 * a job's row makes. A transaction with a notification holds one lock of the whole server until its commit is flushed.
 */
export async function measureCommits(
  env: ScaleEnv,
  { clients, notify, flushMs, seconds = 4 }: Omit<CommitRate, 'perSecond'> & { readonly seconds?: number },
): Promise<CommitRate> {
  await env.query('create table if not exists committed (id int primary key, n int not null) with (fillfactor = 10)')
  await env.query('insert into committed select id, 0 from generate_series(1, 1000) as id on conflict do nothing')
  await env.query(`alter system set commit_delay = ${flushMs * 1_000}`)
  await env.query('alter system set commit_siblings = 0')
  await env.query('select pg_reload_conf()')
  await setTimeout(200)
  const connections = await Promise.all(Array.from({ length: clients }, () => env.connect()))
  const end = performance.now() + seconds * 1_000
  let done = 0
  await Promise.all(
    connections.map(async (client, at) => {
      const notice = notify ? `select pg_notify('sync_jobs', '{"id":${at}}');` : ''
      const transaction = `begin; update committed set n = n + 1 where id = ${at + 1}; ${notice} commit`
      while (performance.now() < end) {
        await client.query(transaction)
        done++
      }
    }),
  )
  await Promise.all(connections.map((client) => client.end()))
  return { clients, notify, flushMs, perSecond: done / seconds }
}
