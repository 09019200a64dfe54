import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { codeOf } from '../../../src/db/errors.ts'
import { filledTables } from './old-tables.ts'

/** A statement of another connection, and the milliseconds that it took. */
export interface Wait {
  readonly ms: number
  readonly table: string
}

/** The longest. */
export interface Waits {
  readonly read: Wait
  readonly write: Wait
}

export const longerOf = (left: Wait, right: Wait): Wait => (left.ms >= right.ms ? left : right)

export const noWait: Wait = { ms: 0, table: '' }

/** Two connections that read and write while the tables change. */
export interface Bystanders {
  /** The longest waits since the last call. */
  take(): Waits
  close(): Promise<void>
}

const everyMs = 50

/**
 * A reader that selects a row of each table, and a writer that inserts a row into each, one table after another, every 50 ms.
 * The writer inserts as a worker of 0.1.0 does until the tables have the account, and as a worker of today then.
 */
export async function openBystanders(url: string): Promise<Bystanders> {
  const tenant = randomUUID()
  const longest = { read: noWait, write: noWait }
  let isOver = false
  const all = [...filledTables, 'sync_jobs']
  const insert = (table: string, account: boolean) =>
    table === 'sync_jobs'
      ? `insert into sync_jobs (id, tenant_id, provider, sync_type) values (gen_random_uuid(), $1, 'stripe', 'full')`
      : `insert into ${table} (tenant_id, provider, id, observed_at, raw${account ? ', account' : ''})
         values ($1, 'stripe', gen_random_uuid()::text, now(), '{}'${account ? `, 'acct_other'` : ''})`
  const loop = async (kind: keyof Waits, statement: (client: pg.Client, table: string) => Promise<unknown>) => {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    await client.connect()
    for (let at = 0; !isOver; at = (at + 1) % all.length) {
      const table = all[at] ?? 'sync_jobs'
      const began = performance.now()
      await statement(client, table)
      longest[kind] = longerOf(longest[kind], { ms: performance.now() - began, table })
      await setTimeout(everyMs)
    }
    await client.end()
  }
  const write = async (client: pg.Client, table: string) => {
    try {
      await client.query(insert(table, false), [tenant])
    } catch (error) {
      // The account has no default any more.
      if (codeOf(error) !== '23502') throw error
      await client.query(insert(table, true), [tenant])
    }
  }
  const loops = Promise.all([
    loop('read', (client, table) => client.query(`select * from ${table} where tenant_id = $1 limit 1`, [tenant])),
    loop('write', write),
  ])
  loops.catch(() => {})
  return {
    take() {
      const taken = { ...longest }
      Object.assign(longest, { read: noWait, write: noWait })
      return taken
    },
    async close() {
      isOver = true
      await loops
    },
  }
}
