import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { asWorker } from '../support/postgres.ts'
import { openAccount } from './account.ts'
import { months } from './months-setup.ts'

test('months are of UTC whatever the session’s time zone, or of app.time_zone', async () => {
  const { insert, subscribe, tenant, url } = await openAccount()
  const at = '2026-01-31T23:30:00Z'
  const five = { currency: 'eur', amount: 5, created_at: at }
  await insert('mrr_history', {
    item_id: 'si',
    customer_id: 'c',
    currency: 'eur',
    state: 'active',
    mrr: 100,
    valid_from: at,
    valid_to: null,
  })
  await insert('payments', { id: 'ch_1', status: 'succeeded', ...five }, { id: 'ch_2', status: 'failed', ...five })
  await insert('invoice_payments', { id: 'ip_1', invoice_id: 'in_1', payment_id: 'ch_2' })
  await insert('invoices', {
    id: 'in_1',
    status: 'open',
    currency: 'eur',
    total: 5,
    billing_reason: 'subscription_cycle',
    finalized_at: at,
  })
  await insert('balance_transactions', { id: 'txn_1', reporting_category: 'charge', fee: 0, ...five })
  await subscribe('s', { items: [], trial_end: at })
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  const firstMonths = async () => {
    const months: string[] = []
    for (const view of monthly) {
      const text = `select min(month) as month from metrics.${view} where tenant_id = $1`
      months.push(`${view} ${(await client.query(text, [tenant])).rows[0].month}`)
    }
    return months
  }
  const monthly = ['mrr_months', 'customer_months', 'sales', 'net_revenue', 'recovery', 'receivables', 'trial_months']
  await client.query(`set timezone = 'Asia/Tokyo'`)
  expect(await firstMonths()).toEqual(monthly.map((view) => `${view} 2026-01`))
  await client.query(`set app.time_zone = 'Europe/Berlin'`)
  expect(await firstMonths()).toEqual(monthly.map((view) => `${view} 2026-02`))
})

test('the worker sees no figure without a tenant and its tenant’s with one, and the reader sees all', async () => {
  const { insert, price, subscribe, tenant, url, query } = await openAccount()
  await price('p', { unit_amount: 100 })
  await subscribe('a', { items: [{ price_id: 'p' }] })
  const row = {
    item_id: 'si',
    customer_id: 'c',
    currency: 'eur',
    state: 'active',
    mrr: 100,
    ...months('2026-01-01', null),
  }
  await insert('mrr_history', row, { ...row, tenant_id: randomUUID() })
  await insert('payments', {
    id: 'ch_1',
    status: 'succeeded',
    currency: 'eur',
    amount: 5,
    created_at: '2026-01-31T23:30:00Z',
  })
  const worker = new pg.Client({ connectionString: asWorker(url) })
  const reader = new pg.Client({ connectionString: url })
  for (const client of [worker, reader]) {
    await client.connect()
    onTestFinished(() => client.end())
  }
  await reader.query('set role billing_sync_reader')
  const views = await query<{ name: string }>(
    `select viewname as name from pg_views where schemaname = 'metrics' order by 1`,
  )
  // A view of its owner would show what the owner may see.
  expect(
    await query(`select relname from pg_class where relnamespace = 'metrics'::regnamespace and relkind = 'v'
      and coalesce(reloptions, '{}') <> '{security_invoker=true}'`),
  ).toEqual([])
  for (const { name } of views.filter((view) => view.name !== 'states')) {
    expect((await worker.query(`select * from metrics.${name}`)).rowCount, name).toBe(0)
    await reader.query(`select * from metrics.${name}`)
  }
  expect((await reader.query('select distinct tenant_id from metrics.mrr_months')).rowCount).toBe(2)
  await worker.query(`select set_config('app.tenant_id', $1, false)`, [tenant])
  expect((await worker.query('select distinct tenant_id from metrics.mrr_months')).rows).toEqual([
    { tenant_id: tenant },
  ])
  expect((await worker.query('select mrr from metrics.mrr')).rows).toEqual([{ mrr: '100' }])
})

test('the edges of months are those of the zone’s clock, in winter and in summer', async () => {
  const { insert, url, tenant } = await openAccount()
  const item = (customer: string, valid_from: string, valid_to: string) =>
    insert('mrr_history', {
      item_id: `si_${customer}`,
      customer_id: customer,
      currency: 'eur',
      state: 'active',
      mrr: 100,
      valid_from,
      valid_to,
    })
  // In Los Angeles a begins on 28 February at 23:59:59 and ends on 31 March at 23:59:59, b a second later each.
  await item('a', '2026-03-01T07:59:59Z', '2026-04-01T06:59:59Z')
  await item('b', '2026-03-01T08:00:00Z', '2026-04-01T07:00:00Z')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  const read = async (columns: string) =>
    (await client.query(`select ${columns} where tenant_id = $1 order by 1, 2`, [tenant])).rows.map(Object.values)
  const months = `month, new::int, churn::int, closing::int from metrics.mrr_months`
  await client.query(`set app.time_zone = 'America/Los_Angeles'`)
  expect((await read(months)).slice(0, 3)).toEqual([
    ['2026-02', 100, 0, 100],
    ['2026-03', 100, 100, 100],
    ['2026-04', 0, 100, 0],
  ])
  expect(await read('customer_id, day::text, kind from metrics.mrr_changes')).toEqual([
    ['a', '2026-02-28', 'new'],
    ['a', '2026-03-31', 'churn'],
    ['b', '2026-03-01', 'new'],
    ['b', '2026-04-01', 'churn'],
  ])
  expect((await read('cohort, age, retained::int from metrics.cohorts')).filter(([, age]) => age === 1)).toEqual([
    ['2026-02', 1, 0],
    ['2026-03', 1, 0],
  ])
  await client.query(`set app.time_zone = 'UTC'`)
  expect((await read(months)).slice(0, 2)).toEqual([
    ['2026-03', 200, 0, 200],
    ['2026-04', 0, 200, 0],
  ])
})
