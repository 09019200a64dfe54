import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { migrate } from '../../src/db/migrate.ts'
import { writeStates } from '../../src/db/write-states.ts'
import { createDatabase } from '../../src/local/postgres.ts'
import { migrateQueue } from '../../src/queue/postgres/migrate.ts'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'
import { alterDatabase, roundsOf, type Setting, settable, type Values } from './other-settings.ts'
import { describeSchemas } from './owned-schemas.ts'

/*
 * A login, a database or a server may have settings of its own. None changes what a job reads or writes.
 */

const resources = ['customers', 'invoices', 'subscriptions', 'prices', 'balance_transactions']
const storedIn = [...resources, 'invoice_lines', 'subscription_items', 'mrr_history', 'mrr_changes', 'mrr_month_sums']

async function open() {
  const { url, openWorker } = await setup({ sandbox: { customers: 5 } })
  // Connected before anything is set, so that it reads as Postgres does by itself.
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  const rowsOf = async (text: string, values: unknown[] = []) => (await client.query(text, values)).rows
  const views = await rowsOf(
    `select table_name as name from information_schema.views where table_schema = 'metrics' order by 1`,
  )
  const storedRows = async (table: string, tenantId: string) =>
    (
      await rowsOf(
        `select row from (select to_jsonb(t) - '{tenant_id,observed_at,synced_at}'::text[]
         - case when to_jsonb(t) ->> 'source' = 'sync' then 'valid_from' else '' end as row from ${table} as t
       where ${table === 'metrics_read.states' ? '$1::uuid is not null' : 'tenant_id = $1'}) as rows order by row::text`,
        [tenantId],
      )
    ).map((row) => JSON.stringify(row, sameTime))
  return {
    settings: (await client.query<Setting>(settable)).rows,
    set: (values: Values) => alterDatabase(client, url, values),
    /** A full job, a change and an incremental job of a tenant of its own: how they ended, what they stored, and its metrics. */
    async sync() {
      const worker = await openWorker()
      const tenantId = jobRequest().tenantId
      const ended: unknown[] = []
      for (const sync_type of ['full', 'incremental']) {
        const request = jobRequest({ tenantId, additionalData: { sync_type, resources } })
        await worker.handle(sqsEvent([JSON.stringify(request)]), context(600_000))
        ended.push(
          ...(await rowsOf('select status, error, fetched, created, deleted from sync_jobs where id = $1', [
            request.jobId,
          ])),
        )
      }
      const stored: Record<string, unknown> = {}
      for (const table of storedIn) stored[table] = await storedRows(table, tenantId)
      const read: Record<string, readonly unknown[]> = {}
      await rowsOf('create schema metrics_read')
      await copyViews(
        url,
        views.map(({ name }) => name),
      )
      for (const { name } of views) read[name] = await storedRows(`metrics_read.${name}`, tenantId)
      await rowsOf('drop schema metrics_read cascade')
      return { ended, stored, read }
    },
  }
}

/** Postgres writes a time within JSON in the reader's zone, which is the same time. */
const sameTime = (_: string, value: unknown) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT[^Z]*$/.test(value) ? new Date(value).toISOString() : value

/** Reads views under the settings of the database, into tables: how a value is written is the reader's choice. */
async function copyViews(url: string, names: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    // With these a reader has an error, and no other rows.
    await client.query(
      `select set_config(name, '0', false) from pg_settings where name like '%\\_timeout' and context = 'user'`,
    )
    await client.query(
      `select set_config(name, '', false) from pg_settings where name = 'restrict_nonsystem_relation_kind'`,
    )
    for (const name of names) await client.query(`create table metrics_read.${name} as select * from metrics.${name}`)
  } finally {
    await client.end()
  }
}

test('no setting of a database changes what is migrated', { timeout: 300_000 }, async () => {
  const client = new pg.Client({ connectionString: inject('postgres') })
  await client.connect()
  onTestFinished(() => client.end())
  const settings = (await client.query<Setting>(settable)).rows
  const rounds: Values[] = [[], ...roundsOf(settings)]
  const migrated: string[][] = []
  for (const round of rounds) {
    const url = await createDatabase(inject('postgres'), `settings_${randomUUID().slice(0, 8)}`)
    await alterDatabase(client, url, round)
    const database = parseConnectionString(`${url}?sslmode=disable`)
    expect(await migrate(database)).toBeGreaterThan(10)
    await migrateQueue({ database, name: 'any' })
    expect(await writeStates(database, [{ name: 'acme', states: { subscription: { on: 'active' } } }])).toBe(1)
    await alterDatabase(client, url, [])
    migrated.push(await describeSchemas(url))
    await client.query(`drop database ${new URL(url).pathname.slice(1)} with (force)`)
  }
  const [expected = []] = migrated
  for (const lines of migrated) expect(lines).toEqual(expected)
})

test('no setting of a database changes what a job reads or writes', { timeout: 300_000 }, async () => {
  const { settings, set, sync } = await open()
  const expected = await sync()
  expect(expected.ended).toMatchObject([{ status: 'completed' }, { status: 'completed' }])
  for (const rows of [expected.stored.mrr_changes, expected.read.customer_mrr, expected.read.mrr_months])
    expect(rows).not.toEqual([])
  expect(await sync()).toEqual(expected)
  const same = async (values: Values) => {
    await set(values)
    return JSON.stringify(await sync()) === JSON.stringify(expected)
  }
  for (const round of roundsOf(settings)) {
    if (await same(round)) continue
    const culprits = await culpritsOf(round, same)
    expect({ round: round.length, culprits }).toEqual({ round: round.length, culprits: [] })
  }
})

/** Those of a failed round that fail by themselves, by halves. */
async function culpritsOf(values: Values, same: (subset: Values) => Promise<boolean>): Promise<Values> {
  if (values.length === 1) return values
  const middle = Math.ceil(values.length / 2)
  const culprits: (readonly [string, string])[] = []
  for (const half of [values.slice(0, middle), values.slice(middle)])
    if (!(await same(half))) culprits.push(...(await culpritsOf(half, same)))
  return culprits
}
