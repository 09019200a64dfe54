import { randomUUID } from 'node:crypto'
import { type SQL, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { columnOf } from '../../src/db/column-of.ts'
import { deletedRows, isWithin, liveRows, type ResourceTable } from '../../src/db/live.ts'
import { payments, prices, providerObjects } from '../../src/db/schema.ts'
import { upsert } from '../../src/db/upsert.ts'
import { openTestDatabase } from '../support/database.ts'

const mine = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
const accounts = [
  mine,
  { ...mine, tenantId: randomUUID() },
  { ...mine, provider: 'square' },
  { ...mine, account: 'acct_2' },
]

/** The table has these rows in each of the accounts. Every id says in which. */
async function setup({ table }: ResourceTable, rows: readonly Readonly<Record<string, unknown>>[]) {
  const { db } = await openTestDatabase()
  for (const [at, account] of accounts.entries())
    await upsert(db, {
      table,
      ...account,
      rows: rows.map(({ id, deleted = false, ...row }) => ({
        row: { id: `${id} of ${at}`, ...row },
        raw: { id },
        observedAt: new Date(1_700_000_000_000),
        deleted: deleted === true,
      })),
    })
  return async (from: SQL) =>
    (await db.execute<{ id: string }>(sql`select row.id ${from} order by row.id`)).rows.map(({ id }) => id)
}

test('rows are live or deleted, of one account', async () => {
  const resource = { name: 'prices', table: prices }
  const ids = await setup(resource, [
    { id: 'listed', inline: false },
    { id: 'embedded', inline: true },
    { id: 'gone', inline: false, deleted: true },
  ])
  expect(await ids(liveRows(resource, mine))).toEqual(['listed of 0'])
  expect(await ids(deletedRows(resource, mine))).toEqual(['gone of 0'])
})

test('rows are live or deleted, of one of the resources of a table', async () => {
  const resource = { name: 'readers', table: providerObjects }
  const ids = await setup(resource, [
    { id: 'reader', resource: 'readers' },
    { id: 'card', resource: 'cards' },
    { id: 'reader gone', resource: 'readers', deleted: true },
    { id: 'card gone', resource: 'cards', deleted: true },
  ])
  expect(await ids(liveRows(resource, mine))).toEqual(['reader of 0'])
  expect(await ids(deletedRows(resource, mine))).toEqual(['reader gone of 0'])
})

test('rows may have one of several values in a column, and all are meant without', async () => {
  const resource = { name: 'payments', table: payments }
  const ids = await setup(resource, [
    { id: '1', currency: 'eur' },
    { id: '2', currency: 'usd' },
    { id: '3', currency: 'chf' },
  ])
  const within = (values: readonly string[]) =>
    ids(sql`${liveRows(resource, mine)} ${isWithin(resource, { column: 'currency', values })}`)
  expect(await within(['eur', 'usd'])).toEqual(['1 of 0', '2 of 0'])
  expect(await within([])).toEqual([])
  expect(await ids(sql`${liveRows(resource, mine)} ${isWithin(resource)}`)).toHaveLength(3)
})

test('a column that the table does not have is named', () => {
  expect(() => columnOf(payments, 'colour')).toThrow('schema: payments has no column colour')
})
