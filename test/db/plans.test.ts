import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { findStale, findUnlisted, markDeleted, markRemovedChildren } from '../../src/db/deletions.ts'
import type { TenantDatabase } from '../../src/db/open.ts'
import { raiseObserved } from '../../src/db/raise-observed.ts'
import { customers, invoiceLines, payments } from '../../src/db/schema.ts'
import { upsert } from '../../src/db/upsert.ts'
import { openTestDatabase } from '../support/database.ts'

const tenantId = randomUUID()
const account = { tenantId, provider: 'stripe', account: 'acct_1' }
const lookups = 100
const tables = ['customers', 'invoice_lines', 'payments']
const later = new Date('2030-01-01T00:00:00Z')
const ids = Array.from({ length: lookups }, (_, at) => `row_${at * 50}`)

/** How many index entries and rows the worker reads, in tables that were filled and never analysed. */
async function entriesRead(work: (db: TenantDatabase) => Promise<unknown>, rows = 5_000) {
  const { tenant, query } = await openTestDatabase()
  const filled = `from generate_series(0, ${rows - 1}) as n`
  const stamped = `'${tenantId}', 'stripe', 'acct_1', 'row_' || n`
  for (const table of tables) await query(`alter table ${table} set (autovacuum_enabled = off)`)
  await query(
    `insert into customers (tenant_id, provider, account, id, created_at, raw, observed_at) select ${stamped}, to_timestamp(n), '{}', to_timestamp(0) ${filled}`,
  )
  await query(
    `insert into invoice_lines (tenant_id, provider, account, id, invoice_id, raw, observed_at) select ${stamped}, 'in_' || n / 5, '{}', to_timestamp(0) ${filled}`,
  )
  await query(
    `insert into payments (tenant_id, provider, account, id, order_id, raw, observed_at) select ${stamped}, 'order_' || n / 5, '{}', to_timestamp(0) ${filled}`,
  )
  const read = async () => {
    await query('select pg_stat_force_next_flush()')
    const [sum] = await query<{ n: number }>(
      `select (select sum(idx_tup_read) from pg_stat_user_indexes where relname = any($1))::int
        + (select sum(seq_tup_read) from pg_stat_user_tables where relname = any($1))::int as n`,
      [tables],
    )
    return sum?.n ?? 0
  }
  const before = await read()
  const db = tenant(tenantId)
  await work(db)
  // Its one connection tells at once what it read, instead of when it has been idle for a while.
  await db.within((tx) => tx.execute(sql`select pg_stat_force_next_flush()`))
  await expect.poll(read).toBeGreaterThan(before)
  return (await read()) - before
}

const stored = ids.map((id) => ({ row: { id }, raw: { changed: true }, observedAt: later }))
const resource = { name: 'customers', table: customers }
const ofOrders = { name: 'payments', table: payments }
const lines = { name: 'invoice_lines', table: invoiceLines }

test.each<[string, Parameters<typeof entriesRead>[0]]>([
  ['an upsert', (db) => db.within((tx) => upsert(tx, { table: customers, ...account, rows: stored }))],
  [
    'a sweep',
    (db) =>
      findUnlisted(db, {
        resource,
        provider: 'stripe',
        account: 'acct_1',
        intervals: ids.map((_, at) => ({ from: at * 50, to: at * 50 + 1, ids: ['row_x'], observedAt: later })),
      }),
  ],
  [
    'raising the time of rows that are equal',
    (db) => db.within((tx) => raiseObserved(tx, { table: customers, ...account, rows: stored })),
  ],
  [
    'marking rows as deleted',
    (db) =>
      db.within((tx) =>
        markDeleted(tx, { resource, ...account, unlisted: ids.map((id) => ({ id, observedAt: later })) }),
      ),
  ],
  [
    'looking for newer rows',
    (db) =>
      db.within((tx) =>
        findStale(tx, { table: customers, ...account, snapshots: ids.map((id) => ({ id, observedAt: new Date(-1) })) }),
      ),
  ],
  [
    'looking through nested lists',
    (db) =>
      db.within((tx) =>
        markRemovedChildren(tx, {
          resource: lines,
          parent: 'invoiceId',
          ...account,
          childSets: ids.map((_, at) => ({ parentId: `in_${at}`, ids: [], observedAt: later })),
        }),
      ),
  ],
  [
    'looking through nested lists in a table whose rows seldom have that parent',
    (db) =>
      db.within((tx) =>
        markRemovedChildren(tx, {
          resource: ofOrders,
          parent: 'orderId',
          ...account,
          childSets: ids.map((_, at) => ({ parentId: `order_${at}`, ids: [], observedAt: later })),
        }),
      ),
  ],
])('%s reads what it looks for and nothing else, whatever the planner knows of the table', async (_, work) => {
  expect(await entriesRead(work)).toBeLessThan(20 * lookups)
})

test('raising the time of equal rows in a small table reads it once a row at most', async () => {
  const raise = (db: TenantDatabase) =>
    db.within((tx) => raiseObserved(tx, { table: payments, ...account, rows: stored }))
  const small = 150
  expect(await entriesRead(raise, small)).toBeLessThan(2 * lookups * small)
})
