import { randomUUID } from 'node:crypto'
import { getTableName } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { openDatabase } from '../../src/db/open.ts'
import { balanceTransactions, customers, disputes, orderLines, orders, payments, refunds } from '../../src/db/schema.ts'
import { upsert } from '../../src/db/upsert.ts'
import { eraseCustomer } from '../../src/erasure/customer.ts'
import { ownershipOf } from '../../src/erasure/ownership.ts'
import type { Owner } from '../../src/provider/owner.ts'
import { resources as ofSquare } from '../../src/providers/square/resources/index.ts'
import { openTestDatabase } from '../support/database.ts'

/*
 * The columns that providers of orders fill lead an erasure from a customer to everything about the customer.
 */

const about: readonly (readonly [Parameters<typeof getTableName>[0] & typeof customers, Owner])[] = [
  [customers, {}],
  [orders as never, { customer: ['customerId'] }],
  [orderLines as never, { about: ['orderId'] }],
  [payments as never, { customer: ['customerId'], about: ['orderId'], customerMayBeMissing: true }],
  [refunds as never, { about: ['paymentId', 'orderId'] }],
  [disputes as never, { customer: ['customerId'], about: ['orderId'], customerMayBeMissing: true }],
  [balanceTransactions as never, { customer: ['customerId'], about: ['orderId'], customerMayBeMissing: true }],
]
const ownership = ownershipOf(
  about.map(([table, owner]) => ({ name: getTableName(table), table, owner, row: () => ({ id: 'any' }) })),
)

/** The rows of a customer, by table. */
const rowsOf = (who: string): Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> => ({
  customers: [{ id: who }],
  orders: [{ id: `${who}_order`, customerId: who }],
  order_lines: [
    { id: `${who}_line_1`, orderId: `${who}_order` },
    { id: `${who}_line_2`, orderId: `${who}_order` },
  ],
  payments: [
    { id: `${who}_payment`, orderId: `${who}_order` },
    { id: `${who}_cash`, customerId: who },
  ],
  refunds: [{ id: `${who}_refund`, orderId: `${who}_order` }],
  disputes: [
    { id: `${who}_dispute`, orderId: `${who}_order` },
    { id: `${who}_claim`, customerId: who },
  ],
  balance_transactions: [
    { id: `${who}_movement`, orderId: `${who}_order` },
    { id: `${who}_charge`, customerId: who },
  ],
})

test('an erased customer leaves no order, line, payment, refund, dispute or movement, and another keeps all', async () => {
  const { url, db, query } = await openTestDatabase()
  const owner = await openDatabase(parseConnectionString(`${url}?sslmode=disable`), {
    connections: 1,
    applicationName: 'erase',
  })
  onTestFinished(owner.close)
  const key = { tenantId: randomUUID(), provider: 'shop', account: 'shop_1' }
  for (const who of ['ada', 'bob'])
    for (const [table] of about)
      await upsert(db, {
        table,
        ...key,
        rows: (rowsOf(who)[getTableName(table)] ?? []).map((row) => ({
          row: row as { id: string },
          raw: row,
          observedAt: new Date(0),
        })),
      })
  const deps = { dryRun: false, within: owner.tenant(key.tenantId).within }
  const { removed } = await eraseCustomer(deps, { ...key, customer: 'ada', ownership })
  const counts = Object.entries(rowsOf('ada')).map(([table, rows]) => [table, rows.length])
  expect(Object.fromEntries(removed)).toEqual(Object.fromEntries(counts))
  for (const [name, rows] of Object.entries(rowsOf('bob')))
    expect(await query(`select id from ${name} order by id`), name).toEqual(
      rows.map(({ id }) => ({ id })).toSorted((left, right) => ((left.id ?? '') < (right.id ?? '') ? -1 : 1)),
    )
})

test.each(['ada', 'bob'])(
  'an order that two customers paid is erased with %s, however many paid before',
  async (who) => {
    const { url, db, query } = await openTestDatabase()
    const owner = await openDatabase(parseConnectionString(`${url}?sslmode=disable`), {
      connections: 1,
      applicationName: 'erase',
    })
    onTestFinished(owner.close)
    const key = { tenantId: randomUUID(), provider: 'square', account: 'seller' }
    const tenders = [{ type: 'CASH' }, { customer_id: 'ada' }, { customer_id: 'bob' }]
    const raws = [{ id: 'shared', tenders }, { id: 'other', tenders: [{ customer_id: 'eve' }] }, { id: 'none' }]
    const rows = raws.map((raw) => ({ row: { id: raw.id }, raw, observedAt: new Date(0) }))
    await upsert(db, { table: orders, ...key, rows })
    const deps = { dryRun: false, within: owner.tenant(key.tenantId).within }
    const { removed } = await eraseCustomer(deps, { ...key, customer: who, ownership: ownershipOf(ofSquare) })
    expect(Object.fromEntries(removed)).toEqual({ orders: 1 })
    expect(await query('select id from orders order by id')).toEqual([{ id: 'none' }, { id: 'other' }])
  },
)
