import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { balanceTransactions, customers } from '../../src/db/schema.ts'
import { findOpen, findUnsettled } from '../../src/db/unsettled.ts'
import { openTestDatabase } from '../support/database.ts'

const tenantId = randomUUID()
const key = { tenantId, provider: 'stripe', account: 'acct_1' }
const before = 1_000

interface Row {
  readonly id: string
  readonly created: number
  readonly status?: string | null
  readonly due?: string
  readonly deleted?: boolean
}

async function open(rows: readonly Row[]) {
  const { tenant, query } = await openTestDatabase()
  const write = async (changed: Partial<typeof key> = {}) => {
    const { tenantId: owner, provider, account } = { ...key, ...changed }
    for (const { id, created, status = 'pending', due = '-1 day', deleted = false } of rows)
      await query(
        `insert into balance_transactions (tenant_id, provider, account, id, raw, created_at, observed_at, status, available_on, deleted_at)
         values ($1, $2, $3, $4, $5, to_timestamp($6), now(), $7, now() + $8::interval, $9)`,
        [owner, provider, account, id, { status }, created, status, due, deleted ? new Date() : null],
      )
  }
  await write()
  return { db: tenant(tenantId), write }
}

const search = {
  resource: { name: 'balance_transactions', table: balanceTransactions },
  by: { column: 'status' },
  values: ['pending'],
  before,
} as const

test('unsettled rows are live, have one of the values, and are older than what is listed anyway; the newest come first', async () => {
  const { db, write } = await open([
    { id: 'txn_1', created: 100 },
    { id: 'txn_settled', created: 150, status: 'available' },
    { id: 'txn_2', created: 200 },
    { id: 'txn_gone', created: 250, deleted: true },
    { id: 'txn_later', created: 300, status: 'available' },
    { id: 'txn_listed', created: before },
  ])
  for (const changed of [{ tenantId: randomUUID() }, { provider: 'paypal' }, { account: 'acct_2' }])
    await write(changed)
  expect(await findUnsettled(db, [search], key)).toEqual([
    {
      name: 'balance_transactions',
      ids: ['txn_2', 'txn_1'],
      seconds: [200, 100],
      oldest: 100,
      newest: 200,
      between: 3,
      since: 5,
    },
  ])
})

test.each([{ column: 'status' }, { field: 'status' }])(
  'a value may be missing, in the column or the payload: %o',
  async (by) => {
    const { db } = await open([
      { id: 'txn_1', created: 100, status: null },
      { id: 'txn_2', created: 200, status: 'new' },
      { id: 'txn_3', created: 300, status: 'old' },
    ])
    const [plan] = await findUnsettled(db, [{ ...search, by, values: [null, 'new'] }], key)
    expect(plan?.ids).toEqual(['txn_2', 'txn_1'])
  },
)

test('a row that is not due yet does not change', async () => {
  const { db } = await open([
    { id: 'txn_1', created: 100, due: '-1 second' },
    { id: 'txn_2', created: 200, due: '1 hour' },
  ])
  const [plan] = await findUnsettled(db, [{ ...search, dueAt: 'availableOn' }], key)
  expect(plan?.ids).toEqual(['txn_1'])
})

test('a resource without unsettled rows is left out, and no search finds nothing', async () => {
  const { db } = await open([{ id: 'txn_1', created: 100 }])
  const none = { ...search, resource: { name: 'customers', table: customers }, by: { field: 'status' } }
  expect((await findUnsettled(db, [none, search], key)).map(({ name }) => name)).toEqual(['balance_transactions'])
  expect(await findUnsettled(db, [], key)).toEqual([])
})

test('open rows are live rows of the account with one of the values, and another seed picks others', async () => {
  const rows = Array.from({ length: 9 }, (_, n) => ({ id: `txn_${n}`, created: 100 }))
  const { db, write } = await open([
    ...rows,
    { id: 'txn_settled', created: 100, status: 'available' },
    { id: 'txn_gone', created: 100, deleted: true },
  ])
  for (const changed of [{ tenantId: randomUUID() }, { provider: 'paypal' }, { account: 'acct_2' }])
    await write(changed)
  const { before: _, ...openSearch } = { ...search, atMost: 20, seed: 'one' }
  const found = await findOpen(db, openSearch, key)
  expect(found.toSorted()).toEqual(rows.map(({ id }) => id))
  const three = await findOpen(db, { ...openSearch, atMost: 3 }, key)
  expect(three).toEqual(found.slice(0, 3))
  expect(await findOpen(db, { ...openSearch, atMost: 3, seed: 'two' }, key)).not.toEqual(three)
  for (const other of [{ tenantId: randomUUID() }, { provider: 'square' }, { account: 'acct_3' }])
    expect(await findOpen(db, openSearch, { ...key, ...other })).toEqual([])
})
