import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { createTenantDatabase, type Database } from '../../src/db/tenant.ts'
import { createTestDatabase, openTestDatabase } from '../support/database.ts'

/* Transactions of a tenant and their connections. tenant.test.ts has the tests about rows. */

async function setup(options: pg.PoolConfig = {}) {
  const connectionString = await createTestDatabase()
  const pool = new pg.Pool({ connectionString, max: 1, ...options })
  pool.on('error', () => {})
  onTestFinished(() => pool.end())
  const open = (searchPath?: string) => createTenantDatabase(pool, randomUUID(), { announce: true, searchPath })
  return { open, tenant: open() }
}

const first = async (db: Database, query: ReturnType<typeof sql>) => (await db.execute(query)).rows[0]
const pid = async (db: Database) => (await first(db, sql`select pg_backend_pid() as pid`))?.pid
/** In a transaction `now()` is the time of its beginning. */
const where = sql`select now() <> statement_timestamp() as transaction, current_setting('search_path') as path`

test('a statement by itself is in no transaction, but where the connection string names a search path', async () => {
  const { open, tenant } = await setup()
  expect(await tenant.alone((db) => first(db, where))).toMatchObject({ transaction: false })
  expect(await open('pg_catalog').alone((db) => first(db, where))).toEqual({ transaction: true, path: 'pg_catalog' })
})

test('a statement by itself is run again in a transaction where it was refused, and after no other failure', async () => {
  const { tenant } = await setup()
  const run = async (statement: ReturnType<typeof sql>) => {
    const transactions: unknown[] = []
    const failure = await tenant
      .alone(async (db) => {
        transactions.push((await first(db, where))?.transaction)
        await db.execute(statement)
      })
      .catch((error: unknown) => error)
    return { transactions, failure }
  }
  const refused = sql`do $$ begin raise insufficient_privilege; end $$`
  expect(await run(refused)).toMatchObject({ transactions: [false, true], failure: { cause: { code: '42501' } } })
  expect(await run(sql`select 1 / 0`)).toMatchObject({ transactions: [false], failure: { cause: { code: '22012' } } })
})

test('a statement by itself has each setting once its tenant is named', async () => {
  const { tenant } = await setup()
  const settings = await tenant.alone((db, whose) =>
    first(
      db,
      sql`select current_setting('lock_timeout') as wait, current_setting('billing_sync.announce') as announce,
        current_setting('timezone') as zone, current_setting('extra_float_digits') as digits
        from (select ${whose} as id offset 0) as named where id is not null`,
    ),
  )
  expect(settings).toEqual({ wait: '5s', announce: 'on', zone: 'UTC', digits: '1' })
})

test('a connection goes on after work that failed, with none of its changes', async () => {
  const { tenant } = await setup()
  const before = await tenant.within(pid)
  const work = tenant.within(async (tx) => {
    await tx.execute(sql`create table half_done ()`)
    throw new TypeError('given up')
  })
  await expect(work).rejects.toThrow('given up')
  expect(await tenant.within(pid)).toBe(before)
  expect(await tenant.within((tx) => first(tx, sql`select to_regclass('half_done') as half_done`))).toEqual({
    half_done: null,
  })
})

test('a connection that cannot be rolled back is not used again', async () => {
  const { tenant } = await setup({ query_timeout: 1_500 })
  const before = await tenant.within(pid)
  const work = tenant.within(async (tx) => {
    // The rollback waits behind it.
    tx.execute(sql`select pg_sleep(10)`).catch(() => {})
    throw new TypeError('given up')
  })
  await expect(work).rejects.toThrow('given up')
  expect(await tenant.within(pid)).not.toBe(before)
})

test('a connection whose statement was not answered in time is not used again', async () => {
  const { tenant } = await setup({ query_timeout: 1_500 })
  const before = await tenant.within(pid)
  await expect(tenant.within((tx) => tx.execute(sql`select pg_sleep(10)`))).rejects.toThrow()
  expect(await tenant.within(pid)).not.toBe(before)
})

test('jobs are announced unless the settings say that they are not', async () => {
  const { tenant } = await openTestDatabase()
  const announce = sql`select current_setting('billing_sync.announce') as announce`
  expect(await tenant(randomUUID()).within((tx) => first(tx, announce))).toEqual({ announce: 'on' })
})
