import { expect, test } from 'vitest'
import { collectLog } from '../support/collected-log.ts'
import { openPayPal } from './paypal-setup.ts'

/* People whom PayPal's transactions named once, and whom none names any more. */

const person = { account_id: 'PERSON0000001', email_address: 'person@example.com' }
const another = { account_id: 'ANOTHER000001', email_address: 'another@example.com' }
const hour = 3_600

async function open() {
  const log = collectLog()
  const setup = await openPayPal({ log, transactions: 40, counts: { subscriptions: 5, invoices: 2, disputes: 1 } })
  const { paypal, stack, run, compared } = setup
  paypal.advance(10 * hour)
  // Longer ago than the report lags.
  const pay = (payer: object, ago: number) => {
    const at = paypal.now() - ago
    return paypal.insert('transactions', { payer_info: payer }, { at, listedFrom: at })
  }
  const name = (key: string, payer: object) =>
    paypal.update('transactions', key, { payer_info: payer }, { listedFrom: paypal.now() })
  const sync = async (options: object = {}) => {
    const job = await run(options)
    expect(job).toMatchObject({ status: 'completed', error: null })
    return job as unknown as {
      deleted: string
      result: { note?: string; resources: Record<string, { deleted: number }> }
    }
  }
  const live = async (id: string) => {
    const rows = await stack.query<{ live: boolean }>(
      'select deleted_at is null as live from customers where id = $1',
      [id],
    )
    return rows.map((row) => row.live)
  }
  /** Copies a row of the account under other values. */
  const plant = (table: string, values: object) =>
    stack.query(
      `insert into ${table} select (jsonb_populate_record(row, $1::jsonb)).* from ${table} as row order by id limit 1`,
      [JSON.stringify(values)],
    )
  const customers = async () => (await compared()).find(({ resource }) => resource === 'customers')
  return { ...setup, log, pay, name, sync, live, plant, customers }
}

test('a person whom a transaction no longer names goes with the next forced full job, and comes back with any transaction', async () => {
  const { paypal, stack, pay, name, sync, live, plant, customers, verify } = await open()
  const { key } = pay(person, 8 * hour)
  await sync()
  await plant('customers', { id: person.account_id, account: 'OTHER:test' })
  expect(await verify()).toEqual([])
  name(key, another)
  const plain = await sync()
  expect(plain.result.resources.customers).toMatchObject({ deleted: 0 })
  expect(await customers()).toMatchObject({ extra: 1, needForce: 1, unremovable: 0, examples: [person.account_id] })
  const forced = await sync({ force_refresh: true })
  expect(forced.result.resources).toMatchObject({ customers: { deleted: 1 }, payments: { deleted: 0 } })
  expect(forced.deleted).toBe('1')
  expect(await verify()).toEqual([])
  expect(
    await stack.query('select account, deleted_at is null as live from customers where id = $1 order by 1', [
      person.account_id,
    ]),
  ).toEqual([
    { account: 'OTHER:test', live: true },
    { account: `${paypal.merchant}:test`, live: false },
  ])
  await stack.query(`delete from customers where account = 'OTHER:test'`)
  // It is older than the one that named the person last.
  pay(person, 9 * hour)
  await sync({ sync_type: 'incremental' })
  expect(await live(person.account_id)).toEqual([true])
  expect(await verify()).toEqual([])
})

test('a subscriber goes with the last subscription', async () => {
  const { paypal, sync, live, customers, verify } = await open()
  const { key } = paypal.insert('subscriptions', {
    subscriber: { payer_id: person.account_id, email_address: person.email_address },
  })
  await sync()
  expect(await live(person.account_id)).toEqual([true])
  paypal.remove('subscriptions', key)
  expect(await customers()).toMatchObject({ extra: 1, unchecked: 0, needForce: 1, unremovable: 0 })
  await sync({ force_refresh: true })
  expect(await live(person.account_id)).toEqual([false])
  expect(await verify()).toEqual([])
})

test('a person stays whom a row names that PayPal no longer shows, or who was seen before its history', async () => {
  const { paypal, sync, live, plant, verify } = await open()
  await sync()
  const at = (daysAgo: number) => new Date((paypal.now() - daysAgo * 86_400) * 1_000).toISOString()
  // A payment of more than three years ago that was reversed lately.
  await plant('balance_transactions', { id: 'old', customer_id: 'OLD', created_at: at(1_100), updated_at: at(60) })
  await plant('customers', { id: 'OLD', observed_at: at(60) })
  await plant('customers', { id: 'OLDEST', observed_at: at(1_093) })
  await sync({ force_refresh: true })
  expect(await verify()).toEqual([])
  expect([...(await live('OLD')), ...(await live('OLDEST'))]).toEqual([true, true])
  await plant('balance_transactions', { id: 'lost', customer_id: 'LOST', created_at: at(60) })
  await plant('customers', { id: 'LOST', observed_at: at(60) })
  const nothing = { missing: 0, changed: 0, extra: 0 }
  const unknown = [
    { resource: 'balance_transactions', ...nothing, unchecked: 1 },
    { resource: 'customers', ...nothing, unchecked: 1 },
  ]
  expect(await verify()).toEqual(unknown)
  await sync({ force_refresh: true })
  expect(await live('LOST')).toEqual([true])
  expect(await verify()).toEqual(unknown)
})

test('a person stays while not all lists are read that may name one', async () => {
  const { paypal, pay, name, sync, live } = await open()
  const { key } = pay(person, 8 * hour)
  await sync()
  name(key, another)
  await sync({ force_refresh: true, resources: ['balance_transactions', 'customers'] })
  expect(await live(person.account_id)).toEqual([true])
  const allow = paypal.fail({ kind: 'not-authorized', path: /billing\/subscriptions/ })
  await sync({ force_refresh: true })
  expect(await live(person.account_id)).toEqual([true])
  allow()
  await sync({ force_refresh: true })
  expect(await live(person.account_id)).toEqual([false])
})

test('a refund of an older worker that a line of another kind names is extra, and the owner of the tables removes it', async () => {
  const { stack, sync, plant, compared } = await open()
  await sync()
  const [line] = await stack.query<{ source_id: string }>(
    `select source_id from balance_transactions where type = 'T0006' order by id limit 1`,
  )
  await plant('refunds', { id: line?.source_id })
  const refunds = async () => (await compared()).find(({ resource }) => resource === 'refunds')
  const extra = { extra: 1, unchecked: 0, needForce: 0, unremovable: 1 }
  expect(await refunds()).toMatchObject(extra)
  await sync({ force_refresh: true })
  expect(await refunds()).toMatchObject(extra)
})

test('a search that takes longer than a statement may says so in the note and the log, and the next job makes up for it', async () => {
  const { stack, log, pay, name, sync, live } = await open()
  const { key } = pay(person, 8 * hour)
  await sync()
  name(key, another)
  // As Postgres cancels a statement after `statement_timeout`.
  await stack.query(`create function cancel() returns boolean language plpgsql as $$ begin
    if current_query() like '%is_found%' then raise exception using errcode = '57014'; end if; return true; end $$`)
  await stack.query('create policy slow on balance_transactions as restrictive for select using (cancel())')
  const sentence = expect.stringMatching(
    /^customers: rows that nothing names any more may be left\. .* Send another full job with "force_refresh": true/,
  )
  const given = await sync({ force_refresh: true })
  expect(given.result).toMatchObject({ note: sentence, resources: { customers: { deleted: 0 } } })
  expect(await live(person.account_id)).toEqual([true])
  const warnings = log.lines().filter(({ event }) => event === 'rows_not_searched')
  expect(warnings).toMatchObject([{ level: 'warn', message: sentence }])
  await stack.query('drop policy slow on balance_transactions')
  const next = await sync({ force_refresh: true })
  expect(next.result).not.toHaveProperty('note')
  expect(await live(person.account_id)).toEqual([false])
})
