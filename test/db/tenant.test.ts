import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { findUnlisted } from '../../src/db/deletions.ts'
import { guarded } from '../../src/db/guarded.ts'
import type { TenantDatabase } from '../../src/db/open.ts'
import { customers, syncCursors } from '../../src/db/schema.ts'
import { openTestDatabase } from '../support/database.ts'

const cursor = (provider: string) => ({
  provider,
  account: 'own',
  cursor: new Date(0),
  resource: 'customers',
  jobId: randomUUID(),
})
const named = sql<string>`current_setting('app.tenant_id', true)`

/** Providers of the tenant's cursors, as it sees them. */
const seenBy = (db: TenantDatabase) =>
  db.read(async (tx) => (await tx.select().from(syncCursors).orderBy(syncCursors.provider)).map((row) => row.provider))

async function openEnv() {
  const opened = await openTestDatabase()
  const [tenantA, tenantB] = [randomUUID(), randomUUID()]
  return { ...opened, tenantA: opened.tenant(tenantA), tenantB: opened.tenant(tenantB), ids: { tenantA, tenantB } }
}

test('over one connection each tenant sees its own rows, whatever came before', async () => {
  const { tenantA, tenantB, ids } = await openEnv()
  await tenantA.within((tx) => tx.insert(syncCursors).values({ tenantId: ids.tenantA, ...cursor('a') }))
  await tenantB.alone((db, whose) => db.insert(syncCursors).values({ tenantId: whose, ...cursor('b') }))
  await tenantA.alone((db, whose) => db.insert(syncCursors).values({ tenantId: whose, ...cursor('c') }))
  expect([await seenBy(tenantA), await seenBy(tenantB)]).toEqual([['a', 'c'], ['b']])
})

test('the tenant is nobody once the transaction or the statement is over', async () => {
  const { tenantA, tenantB } = await openEnv()
  const left = async () =>
    (await tenantB.alone((db) => db.execute<{ left: string | null }>(sql`select ${named} as left`))).rows[0]
  await tenantA.within((tx) => tx.execute(sql`select 1`))
  expect(await left()).toEqual({ left: '' })
  await tenantA.alone((db, whose) => db.execute(sql`select ${whose}`))
  expect(await left()).toEqual({ left: '' })
  await tenantA.within(() => Promise.reject(new TypeError('given up'))).catch(() => {})
  expect(await left()).toEqual({ left: '' })
})

test('a statement that names no tenant finds nothing and writes nothing', async () => {
  const { tenantA, ids, query } = await openEnv()
  await tenantA.within((tx) => tx.insert(syncCursors).values({ tenantId: ids.tenantA, ...cursor('a') }))
  expect(await tenantA.alone((db) => db.select().from(syncCursors))).toEqual([])
  await expect(
    tenantA.alone((db) => db.insert(syncCursors).values({ tenantId: ids.tenantA, ...cursor('b') })),
  ).rejects.toMatchObject({
    cause: { code: '42501' },
  })
  expect(await query('select provider from sync_cursors')).toEqual([{ provider: 'a' }])
})

test('a row of another tenant cannot be written, however it is meant', async () => {
  const { tenantA, ids } = await openEnv()
  const insert = (tenantId: string) =>
    tenantA.within((tx) => tx.insert(syncCursors).values({ tenantId, ...cursor('a') }))
  await expect(insert(ids.tenantB)).rejects.toMatchObject({ cause: { code: '42501' } })
  await insert(ids.tenantA)
  const giveAway = tenantA.within((tx) => tx.update(syncCursors).set({ tenantId: ids.tenantB }))
  await expect(giveAway).rejects.toMatchObject({ cause: { code: '42501' } })
  expect(await seenBy(tenantA)).toEqual(['a'])
})

test('what is no UUID is no tenant', async () => {
  const { tenant } = await openEnv()
  for (const id of ['', `${randomUUID()}'`, "'; drop table customers; --"])
    expect(() => tenant(id), id).toThrow('no UUID')
})

test('what is asked is not written', async () => {
  const { tenantA, ids } = await openEnv()
  const writing = tenantA.read((tx) => tx.insert(syncCursors).values({ tenantId: ids.tenantA, ...cursor('a') }))
  await expect(writing).rejects.toMatchObject({ cause: { code: '25006' } })
})

test('guarded work is undone alone', async () => {
  const { tenantA, ids } = await openEnv()
  await tenantA.within(async (tx) => {
    const insert = (provider: string) => tx.insert(syncCursors).values({ tenantId: ids.tenantA, ...cursor(provider) })
    await guarded(tx, () => insert('a'))
    await expect(guarded(tx, () => insert('a'))).rejects.toMatchObject({ cause: { code: '23505' } })
    await insert('b')
  })
  expect(await seenBy(tenantA)).toEqual(['a', 'b'])
})

/*
 * A statement by itself names its tenant while it runs. Whatever plan Postgres makes of it, the tenant must be named
 * before a policy asks for it: each way of joining and reading is taken away in turn, and parallel workers are forced.
 */
describe('a sweep, which is a statement by itself, finds its tenant’s rows', () => {
  const settings = [
    'hashjoin',
    'mergejoin',
    'nestloop',
    'material',
    'memoize',
    'seqscan',
    'indexscan',
    'bitmapscan',
    'sort',
  ]
  const ways = [...settings, 'nestloop indexscan', 'seqscan bitmapscan nestloop']
  test.each(['nothing', ...ways])('with %s taken away', async (taken) => {
    const off = taken === 'nothing' ? [] : taken.split(' ')
    const { url, tenantA, tenantB, ids, query } = await openEnv()
    const name = new URL(url).pathname.slice(1)
    for (const way of off) await query(`alter database ${name} set enable_${way} = off`)
    // So it is called since Postgres 16.
    const parallel = `select name from pg_settings where name in ('debug_parallel_query', 'force_parallel_mode')`
    for (const row of await query<{ name: string }>(parallel))
      await query(`alter database ${name} set ${row.name} = on`)
    for (const tenantId of Object.values(ids))
      await query(
        `insert into customers (tenant_id, provider, account, id, created_at, raw, observed_at)
         select $1, 'stripe', 'acct_1', 'row_' || n, to_timestamp(n), '{}', to_timestamp(0) from generate_series(1, 300) as n`,
        [tenantId],
      )
    await query('analyze')
    const interval = { from: 10, to: 11, ids: ['row_10'], observedAt: new Date() }
    const search = {
      provider: 'stripe',
      account: 'acct_1',
      resource: { name: 'customers', table: customers },
      intervals: [interval],
    }
    for (const db of [tenantA, tenantB, tenantA])
      expect((await findUnlisted(db, search)).map(({ id }) => id)).toEqual(['row_11'])
  })
})
