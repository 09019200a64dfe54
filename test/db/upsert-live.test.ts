import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import { upsert } from '../../src/db/upsert.ts'
import { upsertLive } from '../../src/db/upsert-live.ts'
import { openTestDatabase } from '../support/database.ts'

const at = (second: number) => new Date(1_700_000_000_000 + second * 1_000)

interface Snapshot {
  readonly id?: string
  readonly name: string
  readonly second: number
  readonly deleted?: boolean
  /** From outside of the payload. */
  readonly phone?: string
}

async function setup() {
  const { url, tenant, query } = await openTestDatabase()
  const account = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
  const rows = (snapshots: readonly Snapshot[]) =>
    snapshots.map(({ id = 'cus_1', name, second, phone, ...deleted }) => ({
      row: { id, name, ...(phone && { phone }) },
      raw: { id, name },
      observedAt: at(second),
      ...(phone && { extended: true }),
      ...deleted,
    }))
  const into = { table: customers, ...account }
  return {
    query,
    live: (...snapshots: Snapshot[]) =>
      tenant(account.tenantId).within((tx) => upsertLive(tx, { ...into, rows: rows(snapshots) })),
    job: (...snapshots: Snapshot[]) =>
      tenant(account.tenantId).within((tx) => upsert(tx, { ...into, rows: rows(snapshots) })),
    stored: () => query('select id, name, observed_at, deleted_at from customers order by id'),
    /** Another transaction that has changed the row and is not committed yet. */
    async rival(change: string, values: readonly unknown[]) {
      const rival = new pg.Client({ connectionString: url })
      await rival.connect()
      onTestFinished(() => rival.end())
      await rival.query('begin')
      await rival.query(change, [...values])
      const waits = () =>
        query(`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`)
      return {
        async commit() {
          await expect.poll(waits, { timeout: 120_000 }).toHaveLength(1)
          await rival.query('commit')
        },
      }
    },
  }
}

test('of two snapshots of one second the first stays, and the second is named, in whichever order they come', async () => {
  const { live, stored } = await setup()
  await live({ name: 'one', second: 1 })
  expect(await live({ name: 'other', second: 1 })).toEqual({ created: 0, updated: 0, tied: ['cus_1'] })
  expect(await live({ name: 'one', second: 1 })).toEqual({ created: 0, updated: 0 })
  expect(await live({ name: 'one', second: 1, deleted: true })).toMatchObject({ tied: ['cus_1'] })
  expect(await stored()).toEqual([{ id: 'cus_1', name: 'one', observed_at: at(1), deleted_at: null }])
})

test('a row that does not differ gets the later time, so that an event from between does not replace it', async () => {
  const { live, stored, query } = await setup()
  await live({ name: 'now', second: 1 })
  const before = await query('select synced_at, raw_sha256 from customers')
  expect(await live({ name: 'now', second: 5 })).toEqual({ created: 0, updated: 0, raised: 1 })
  expect(await live({ name: 'between', second: 3 })).toEqual({ created: 0, updated: 0 })
  expect(await stored()).toEqual([{ id: 'cus_1', name: 'now', observed_at: at(5), deleted_at: null }])
  expect(await query('select synced_at, raw_sha256 from customers')).toEqual(before)
})

test('a job writes nothing at all of a row that does not differ', async () => {
  const { job, query } = await setup()
  await job({ name: 'now', second: 1 })
  const before = await query('select xmin::text, ctid::text, observed_at from customers')
  expect(await job({ name: 'now', second: 5 })).toEqual({ created: 0, updated: 0 })
  expect(await query('select xmin::text, ctid::text, observed_at from customers')).toEqual(before)
})

test('a deletion stays, whenever the events from before it come', async () => {
  const { live, stored } = await setup()
  expect(await live({ name: 'gone', second: 4, deleted: true })).toMatchObject({ created: 1 })
  expect(await live({ name: 'created', second: 1 }, { id: 'cus_2', name: 'two', second: 1 })).toMatchObject({
    created: 1,
  })
  expect(await stored()).toEqual([
    { id: 'cus_1', name: 'gone', observed_at: at(4), deleted_at: at(4) },
    { id: 'cus_2', name: 'two', observed_at: at(1), deleted_at: null },
  ])
  expect(await live({ name: 'back', second: 9 })).toMatchObject({ updated: 1, wereDeleted: 1 })
})

test('a row that does not differ gets no later time once another transaction has changed it', async () => {
  const { live, stored, rival } = await setup()
  await live({ name: 'first', second: 1 })
  const other = await rival(`update customers set name = 'between', raw = '{}', raw_sha256 = null, observed_at = $1`, [
    at(3),
  ])
  const writing = live({ name: 'first', second: 5 })
  await other.commit()
  expect(await writing).toEqual({ created: 0, updated: 0, raced: ['cus_1'] })
  expect(await stored()).toMatchObject([{ name: 'between', observed_at: at(3) }])
  expect(await live({ name: 'first', second: 5 })).toMatchObject({ updated: 1 })
})

test('a snapshot of the second that another transaction has just written is not written, and named', async () => {
  const { live, stored, rival } = await setup()
  await live({ name: 'first', second: 1 })
  const other = await rival(`update customers set name = 'rival', raw = '{}', raw_sha256 = null, observed_at = $1`, [
    at(3),
  ])
  const writing = live({ name: 'mine', second: 3 })
  await other.commit()
  expect(await writing).toEqual({ created: 0, updated: 0, raced: ['cus_1'] })
  expect(await stored()).toMatchObject([{ name: 'rival', observed_at: at(3) }])
  expect(await live({ name: 'mine', second: 3 })).toMatchObject({ tied: ['cus_1'] })
})

test('a column from outside of the payload makes a row differ, by an event and by a job', async () => {
  const { live, job, query } = await setup()
  const phones = async () => (await query<{ phone: string }>('select phone from customers')).map(({ phone }) => phone)
  await live({ name: 'same', phone: '1', second: 1 })
  expect(await live({ name: 'same', phone: '2', second: 1 })).toEqual({ created: 0, updated: 0, tied: ['cus_1'] })
  expect(await live({ name: 'same', phone: '2', second: 3 })).toMatchObject({ updated: 1 })
  expect(await job({ name: 'same', phone: '3', second: 2 })).toEqual({ created: 0, updated: 0 })
  expect(await phones()).toEqual(['2'])
  expect(await job({ name: 'same', phone: '3', second: 4 })).toMatchObject({ updated: 1 })
  expect(await job({ name: 'same', phone: '3', second: 5 })).toEqual({ created: 0, updated: 0 })
  expect(await live({ name: 'same', phone: '3', second: 6 })).toEqual({ created: 0, updated: 0, raised: 1 })
  expect(await phones()).toEqual(['3'])
})
