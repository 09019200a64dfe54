import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabase } from '../../src/local/postgres.ts'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'
import { otherValues, type Setting, settable } from './other-settings.ts'

/*
 * A login, a database or a server may have settings of its own. None changes what a job reads or writes.
 */

type Values = readonly (readonly [name: string, value: string])[]

/** Rounds of settings, so that each value of each setting is in one. */
function roundsOf(settings: readonly Setting[]): Values[] {
  const all = settings.map((setting) => ({ name: setting.name, values: otherValues(setting) }))
  const count = Math.max(...all.map(({ values }) => values.length))
  return Array.from({ length: count }, (_, round) =>
    all.flatMap(({ name, values }) => {
      const value = values[round % Math.max(1, values.length)]
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}

const resources = ['customers', 'invoices', 'subscriptions', 'prices', 'balance_transactions']
const storedIn = [...resources, 'invoice_lines', 'subscription_items']

/** Gives a database these settings and no others, for connections from now on. */
async function alterDatabase(client: pg.Client, url: string, values: Values): Promise<void> {
  const database = new URL(url).pathname.slice(1)
  await client.query(`alter database ${database} reset all`)
  for (const [name, value] of values) {
    const list = value.split(', ').map(pg.escapeLiteral)
    await client.query(`alter database ${database} set ${name} = ${list}`)
  }
}

async function open() {
  const { url, openWorker } = await setup({ sandbox: { customers: 5 } })
  // Connected before anything is set, so that it reads as Postgres does by itself.
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  const rowsOf = async (text: string, values: unknown[] = []) => (await client.query(text, values)).rows
  return {
    settings: (await client.query<Setting>(settable)).rows,
    set: (values: Values) => alterDatabase(client, url, values),
    /** A full job, a change and an incremental job of a tenant of its own: how they ended, and all that they stored. */
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
      for (const table of storedIn)
        stored[table] = await rowsOf(
          `select row from (select to_jsonb(t) - '{tenant_id,observed_at,synced_at}'::text[] as row from ${table} as t
           where tenant_id = $1) as rows order by row ->> 'id', row::text`,
          [tenantId],
        )
      return { ended, stored }
    },
  }
}

test('no setting of a database changes what is migrated', { timeout: 300_000 }, async () => {
  const client = new pg.Client({ connectionString: inject('postgres') })
  await client.connect()
  onTestFinished(() => client.end())
  const settings = (await client.query<Setting>(settable)).rows
  const rounds: Values[] = [[], ...roundsOf(settings)]
  const migrated: string[] = []
  for (const round of rounds) {
    const url = await createDatabase(inject('postgres'), `settings_${randomUUID().slice(0, 8)}`)
    await alterDatabase(client, url, round)
    expect(await migrate(parseConnectionString(`${url}?sslmode=disable`))).toBeGreaterThan(10)
    await alterDatabase(client, url, [])
    migrated.push(await schemaOf(url))
    await client.query(`drop database ${new URL(url).pathname.slice(1)} with (force)`)
  }
  expect(new Set(migrated).size).toBe(1)
})

/** Columns with their defaults, constraints, indexes, policies and comments, in words of Postgres. */
async function schemaOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(`
    select 'column', table_name, column_name, data_type, column_default, is_nullable from information_schema.columns where table_schema = 'public'
    union all select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), null, null from pg_constraint where connamespace = 'public'::regnamespace
    union all select 'index', tablename, indexname, indexdef, null, null from pg_indexes where schemaname = 'public'
    union all select 'policy', tablename, policyname, qual, with_check, roles::text from pg_policies
    union all select 'comment', objoid::regclass::text, objsubid::text, description, null, null from pg_description where classoid = 'pg_class'::regclass and objoid > 16384
    order by 1, 2, 3, 4`)
  await client.end()
  expect(rows.length).toBeGreaterThan(500)
  return JSON.stringify(rows)
}

test('no setting of a database changes what a job reads or writes', { timeout: 300_000 }, async () => {
  const { settings, set, sync } = await open()
  const expected = await sync()
  expect(expected.ended).toMatchObject([{ status: 'completed' }, { status: 'completed' }])
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
