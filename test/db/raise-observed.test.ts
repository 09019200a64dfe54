import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { raiseObserved } from '../../src/db/raise-observed.ts'
import { customers, providerObjects } from '../../src/db/schema.ts'
import { upsert } from '../../src/db/upsert.ts'
import { openTestDatabase } from '../support/database.ts'

const at = (second: number) => new Date(1_700_000_000_000 + second * 1_000)
const customer = (id: string, second: number) => ({ row: { id }, raw: { id }, observedAt: at(second) })

const mine = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }

test('rows get the latest time at which they were seen, and no other row of any account does', async () => {
  const { db, query } = await openTestDatabase()
  const others = [
    { ...mine, account: 'acct_2' },
    { ...mine, provider: 'paypal' },
    { ...mine, tenantId: randomUUID() },
  ]
  for (const account of [mine, ...others])
    await upsert(db, { table: customers, ...account, rows: [customer('cus_1', 2), customer('cus_2', 2)] })
  await raiseObserved(db, {
    table: customers,
    ...mine,
    rows: [customer('cus_1', 3), customer('cus_1', 5), customer('cus_1', 4), customer('cus_3', 5)],
  })
  const raised = await query(
    'select tenant_id, provider, account, id, observed_at from customers where observed_at > $1',
    [at(2)],
  )
  expect(raised).toEqual([
    { tenant_id: mine.tenantId, provider: 'stripe', account: 'acct_1', id: 'cus_1', observed_at: at(5) },
  ])
})

test('a row that was seen then or later is not written', async () => {
  const { db, query } = await openTestDatabase()
  await upsert(db, { table: customers, ...mine, rows: [customer('cus_1', 5), customer('cus_2', 9)] })
  const stored = () => query('select id, observed_at, xmin::text from customers order by id')
  const before = await stored()
  await raiseObserved(db, { table: customers, ...mine, rows: [customer('cus_1', 5), customer('cus_2', 5)] })
  expect(await stored()).toEqual(before)
})

test('a row of a table that holds several resources is found by its whole key', async () => {
  const { db, query } = await openTestDatabase()
  const object = (resource: string, id: string, second: number) => ({
    row: { resource, id },
    raw: { id },
    observedAt: at(second),
  })
  const rows = [object('cards', 'one', 1), object('cards', 'two', 1), object('readers', 'one', 1)]
  await upsert(db, { table: providerObjects, ...mine, rows })
  await raiseObserved(db, { table: providerObjects, ...mine, rows: [object('cards', 'one', 7)] })
  const raised = await query('select resource, id from provider_objects where observed_at = $1', [at(7)])
  expect(raised).toEqual([{ resource: 'cards', id: 'one' }])
})
