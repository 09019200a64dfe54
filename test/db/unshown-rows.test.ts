import { randomUUID } from 'node:crypto'
import { type SQL, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { balanceTransactions, customers, providerObjects, subscriptions } from '../../src/db/schema.ts'
import { findNaming, markUnshown } from '../../src/db/unshown-rows.ts'
import { openTestDatabase } from '../support/database.ts'

const mine = { tenantId: randomUUID(), provider: 'paypal', account: 'M1' }
const began = new Date('2026-11-30T12:00:00Z')
const observedAt = new Date('2026-11-30T12:05:00Z')
const earlier = '2026-11-30T11:00:00Z'
const namings = [
  { name: 'balance_transactions', table: balanceTransactions, column: 'customerId' },
  { name: 'subscriptions', table: subscriptions, column: 'customerId' },
]

async function open() {
  const { tenant, query } = await openTestDatabase()
  const plant = (table: string, row: object) =>
    query(`insert into ${table} select (jsonb_populate_record(null::${table}, $1::jsonb)).*`, [
      JSON.stringify({
        ...{ tenant_id: mine.tenantId, provider: mine.provider, account: mine.account, raw: {}, mapping_version: 1 },
        ...{ observed_at: earlier, synced_at: earlier, ...row },
      }),
    ])
  const search = (options: Partial<Parameters<typeof markUnshown>[1]> = {}, settings: SQL = sql`select`) =>
    tenant(mine.tenantId).within(async (tx) => {
      await tx.execute(settings)
      return await markUnshown(tx, {
        ...{ ...mine, resource: { name: 'customers', table: customers }, namings, began, since: 0, observedAt },
        ...options,
      })
    })
  /** How many rows are marked once all were looked at. */
  const mark = async (options: Parameters<typeof search>[0] = {}) => {
    const { marked, isComplete } = await search(options)
    expect(isComplete).toBe(true)
    return marked
  }
  const deleted = async (table = 'customers') => {
    const rows = await query<{ id: string }>(`select id from ${table} where deleted_at is not null order by id`)
    return rows.map(({ id }) => id)
  }
  return { plant, search, mark, deleted, query, tenant }
}

test('a row that a forced job has not written is marked, and one that was written since is not', async () => {
  const { plant, mark, deleted, query } = await open()
  await plant('customers', { id: 'gone' })
  await plant('customers', { id: 'written', synced_at: began })
  expect(await mark()).toBe(1)
  expect(await deleted()).toEqual(['gone'])
  expect(
    await query(`select deleted_at, observed_at, synced_at > $1 as written from customers where id = 'gone'`, [began]),
  ).toEqual([{ deleted_at: observedAt, observed_at: new Date(0), written: true }])
  expect(await mark()).toBe(0)
})

test('a row stays that a live row of any of the resources names', async () => {
  const { plant, mark, deleted } = await open()
  for (const id of ['in a transaction', 'in a subscription', 'in a deleted one', 'elsewhere'])
    await plant('customers', { id })
  await plant('balance_transactions', { id: 'a', customer_id: 'in a transaction' })
  await plant('balance_transactions', { id: 'without a customer' })
  await plant('subscriptions', { id: 'b', customer_id: 'in a subscription' })
  await plant('subscriptions', { id: 'c', customer_id: 'in a deleted one', deleted_at: earlier })
  await plant('subscriptions', { id: 'd', customer_id: 'elsewhere', account: 'M2' })
  expect(await mark()).toBe(2)
  expect(await deleted()).toEqual(['elsewhere', 'in a deleted one'])
})

test('only rows since a second are marked, by their creation or else by the time at which they were seen', async () => {
  const { plant, mark, deleted } = await open()
  const since = Date.parse(earlier) / 1_000
  await plant('customers', { id: 'at', observed_at: earlier })
  await plant('customers', { id: 'before', observed_at: '2026-11-30T10:59:59.999Z' })
  await plant('customers', { id: 'created before', created_at: '2026-11-30T10:59:59Z' })
  expect(await mark({ since })).toBe(1)
  expect(await deleted()).toEqual(['at'])
})

test('no row of another account, provider or tenant is marked, and none of another resource', async () => {
  const { plant, mark, deleted } = await open()
  for (const other of [{ account: 'M2' }, { provider: 'acme' }, { tenant_id: randomUUID() }])
    await plant('customers', { id: 'person', ...other })
  for (const resource of ['people', 'places']) await plant('provider_objects', { id: resource, resource, object: 'x' })
  expect(await mark()).toBe(0)
  expect(await mark({ resource: { name: 'people', table: providerObjects } })).toBe(1)
  expect([await deleted(), await deleted('provider_objects')]).toEqual([[], ['people']])
})

/** Each look at a row of a table takes 20 ms, and a statement may take 300. */
async function openSlow(slow: string) {
  const setup = await open()
  await setup.plant('customers', { id: 'gone 0' })
  await setup.plant('subscriptions', { id: 's 0', customer_id: 'gone 1' })
  for (const [table, id] of [
    ['customers', 'gone'],
    ['subscriptions', 's'],
  ])
    await setup.query(
      `insert into ${table} select (jsonb_populate_record(row, jsonb_build_object('id', '${id} ' || n))).* from ${table} as row, generate_series(1, 29) as n`,
    )
  await setup.query(`create policy slow on ${slow} as restrictive for select using (pg_sleep(0.02) is not null)`)
  // Plans as they are for large tables.
  const settings = sql`select set_config('statement_timeout', '300ms', true), set_config(name, 'off', true)
    from unnest(array['enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin']) as name`
  return { ...setup, settings }
}

test('where a look at subscriptions takes too long, fewer are looked at', async () => {
  const { search, deleted, settings } = await openSlow('subscriptions')
  expect(await search({ portion: { most: 200, fewest: 5 } }, settings)).toEqual({ marked: 29, isComplete: true })
  expect(await deleted()).toHaveLength(29)
})

test.each(['subscriptions', 'customers'])(
  'where a look at the fewest %s takes too long, none is marked',
  async (slow) => {
    const { search, deleted, settings } = await openSlow(slow)
    expect(await search({ portion: { most: 200, fewest: 25 } }, settings)).toEqual({ marked: 0, isComplete: false })
    expect(await deleted()).toEqual([])
  },
)

test.each([
  { fewest: 5, marked: 30 },
  { fewest: 30, marked: 0 },
])('where marking takes too long, halves are marked, of $fewest rows at least', async ({ fewest, marked }) => {
  const { search, deleted, query, settings } = await openSlow('subscriptions')
  await query(`drop policy slow on subscriptions`)
  await query(`delete from subscriptions`)
  // In a trigger, since a policy is asked of each row that the plan looks at.
  await query(
    `create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(0.015); return new; end $$`,
  )
  await query(`create trigger slowly before update on customers for each row execute function slowly()`)
  expect(await search({ portion: { most: 200, fewest } }, settings)).toEqual({ marked, isComplete: marked > 0 })
  expect(await deleted()).toHaveLength(marked)
})

test('rows in their thousands are marked in portions, each once', async () => {
  const { plant, mark, query } = await open()
  await plant('customers', { id: 'a 0' })
  await query(
    `insert into customers select (jsonb_populate_record(row, jsonb_build_object('id', case when n % 2 = 0 then 'B ' else 'a ' end || n))).*
      from customers as row, generate_series(1, 10500) as n`,
  )
  await plant('subscriptions', { id: 's', customer_id: 'a 1' })
  expect(await mark({ portion: { most: 3_000, fewest: 1 } })).toBe(10_500)
})

test('an error that is no time limit ends the search', async () => {
  const { plant, search } = await open()
  await plant('customers', { id: 'person' })
  const wrong = [{ name: 'subscriptions', table: subscriptions, column: 'nobody' }]
  await expect(search({ namings: wrong })).rejects.toThrow('nobody')
})

test('the live rows that name an id are found, with their times', async () => {
  const { plant, tenant } = await open()
  await plant('balance_transactions', { id: 'a', customer_id: 'one', created_at: earlier })
  await plant('subscriptions', { id: 'b', customer_id: 'one' })
  await plant('subscriptions', { id: 'c', customer_id: 'two', deleted_at: earlier })
  await plant('subscriptions', { id: 'd', customer_id: 'two', account: 'M2' })
  await plant('subscriptions', { id: 'e', customer_id: 'three' })
  const naming = await tenant(mine.tenantId).read((tx) => findNaming(tx, namings, { ...mine, ids: ['one', 'two'] }))
  expect(naming).toEqual([
    { id: 'one', resource: 'balance_transactions', namedBy: 'a', createdAt: new Date(earlier) },
    { id: 'one', resource: 'subscriptions', namedBy: 'b', createdAt: null },
  ])
})
