import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { upsert } from '../../src/db/upsert.ts'
import { Item } from '../../src/json/item.ts'
import { billing } from '../../src/providers/stripe/resources/index.ts'
import { nestedOf } from '../providers/stripe-objects.ts'
import { openTestDatabase } from '../support/database.ts'
import { account, now } from './small-account.ts'

/*
 * The queries of docs/queries.md, on an account small enough to be computed by hand.
 */

const queries = [...readFileSync('docs/queries.md', 'utf8').matchAll(/^## (.*)\n[^#]*?```sql\n([\s\S]*?)```/gm)]

const thisMonth = new Date().toISOString().slice(0, 7)
const moved = { opening: '0', expansion: '0', reactivation: '0', contraction: '0', churn: '0' }

const expected: Readonly<Record<string, readonly object[]>> = {
  // 2 × 1000 + 2 packs × 500 + 12000.6 / 12 + 300 × 52 / 12; 3000 / 3
  'Monthly recurring revenue': [
    { currency: 'eur', mrr: '5300' },
    { currency: 'usd', mrr: '1000' },
  ],
  'MRR by month with its movements': [
    { month: thisMonth, currency: 'eur', ...moved, new: '5300', closing: '5300' },
    { month: thisMonth, currency: 'usd', ...moved, new: '1000', closing: '1000' },
  ],
  // Pro: 2 × 1000 + 12000.6 / 12; 3000 / 3. Team: 2 packs × 500 + 300 × 52 / 12
  'MRR by product': [
    { product: 'Pro', currency: 'eur', mrr: '3000', customers: 2 },
    { product: 'Team', currency: 'eur', mrr: '2300', customers: 1 },
    { product: 'Pro', currency: 'usd', mrr: '1000', customers: 1 },
  ],
  'Largest changes of MRR': [
    { customer_id: 'cus_a', currency: 'eur', kind: 'new', mrr_before: '0', mrr_after: '4300' },
    { customer_id: 'cus_b', currency: 'eur', kind: 'new', mrr_before: '0', mrr_after: '1000' },
    { customer_id: 'cus_b', currency: 'usd', kind: 'new', mrr_before: '0', mrr_after: '1000' },
  ],
  'Retention of cohorts': [
    { cohort: thisMonth, currency: 'eur', age: 0, customers: '2', retained: '2', percent: '100.0', mrr: '5300' },
    { cohort: thisMonth, currency: 'usd', age: 0, customers: '1', retained: '1', percent: '100.0', mrr: '1000' },
  ],
  'Active subscriptions by plan': [
    { product: 'Pro', interval: 'month', subscriptions: 3, units: 12 },
    { product: 'Team', interval: 'month', subscriptions: 1, units: 20 },
    { product: 'Team', interval: 'week', subscriptions: 1, units: 1 },
    { product: 'Pro', interval: 'year', subscriptions: 1, units: 1 },
  ].toSorted((left, right) => right.subscriptions - left.subscriptions || (left.product < right.product ? -1 : 1)),
  'Churned this month': [
    {
      id: 'sub_7',
      email: 'd@example.com',
      cancellation_reason: 'cancellation_requested',
      cancellation_feedback: 'too_expensive',
    },
  ],
  'Failed payments of the last 30 days': [
    { id: 'ch_5', email: null, amount: '900', currency: 'eur', failure_code: null },
    { id: 'ch_4', email: 'c@example.com', amount: '700', currency: 'eur', failure_code: 'card_declined' },
  ],
  'Open invoices': [
    { number: 'A-2', customer_name: 'Bob', amount_remaining: '700', currency: 'eur', overdue: true },
    { number: 'A-1', customer_name: 'Ann', amount_remaining: '500', currency: 'eur', overdue: false },
    { number: 'A-4', customer_name: null, amount_remaining: '9', currency: 'usd', overdue: false },
  ],
  'Revenue by month and currency': [
    { month: '2026-05', currency: 'eur', taken: '3000', returned: '0', revenue: '3000' },
    { month: '2026-06', currency: 'eur', taken: '1000', returned: '500', revenue: '500' },
    { month: '2026-06', currency: 'usd', taken: '9007199254', returned: '0', revenue: '9007199254' },
  ],
  'Net revenue by month': [
    { month: '2026-05', currency: 'eur', charged: '3000', refunded: '0', disputed: '0', fees: '117', net: '2883' },
    { month: '2026-06', currency: 'eur', charged: '0', refunded: '500', disputed: '0', fees: '0', net: '-500' },
  ],
  'Refund rate': [
    { currency: 'eur', payments: 2, refunded_percent: '50.0', refunded_money_percent: '12.5' },
    { currency: 'usd', payments: 1, refunded_percent: '0.0', refunded_money_percent: '0.0' },
  ],
  'Open disputes': [
    {
      id: 'dp_1',
      email: 'a@example.com',
      amount: '3000',
      currency: 'eur',
      reason: 'fraudulent',
      status: 'needs_response',
      evidence_due: '2026-06-10',
    },
  ],
  'Payouts against balance transactions': [
    { id: 'po_1', status: 'paid', amount: '5000', currency: 'eur', net: '-5000', difference: '0' },
    { id: 'po_2', status: 'paid', amount: '1000', currency: 'eur', net: '-900', difference: '100' },
    { id: 'po_3', status: 'pending', amount: '2000', currency: 'eur', net: null, difference: '2000' },
  ],
  'Customers without a subscription': [
    { id: 'cus_d', email: 'd@example.com' },
    { id: 'cus_e', email: 'e@example.com' },
  ],
  'Subscriptions by state, over all providers': [
    { provider: 'square', state: 'active', subscriptions: 1 },
    { provider: 'square', state: 'ended', subscriptions: 2 },
    { provider: 'square', state: 'unknown', subscriptions: 1 },
    { provider: 'stripe', state: 'active', subscriptions: 4 },
    { provider: 'stripe', state: 'canceled', subscriptions: 2 },
    { provider: 'stripe', state: 'past_due', subscriptions: 1 },
    { provider: 'stripe', state: 'trialing', subscriptions: 1 },
  ],
}

test('each of the queries answers what it says', async () => {
  expect(queries.map(([, title]) => title)).toEqual(Object.keys(expected))
  const { db, query } = await openTestDatabase()
  const [tenant, other] = [randomUUID(), randomUUID()]
  for (const tenantId of [tenant, other]) await seed(db, tenantId)
  await seed(db, tenant, 'acct_2')
  await query(
    `insert into customers (tenant_id, provider, account, id, raw, observed_at, deleted_at) values ($1, 'stripe', 'acct_1', 'gone', '{}', now(), now())`,
    [tenant],
  )
  await query(
    `insert into subscriptions (tenant_id, provider, account, id, status, raw, observed_at)
     select $1, 'square', 'merchant_1', status, status, '{}', now()
     from unnest(array['ACTIVE', 'DEACTIVATED', 'COMPLETED', 'MISLAID']) as status`,
    [tenant],
  )
  for (const name of ['acct_1', 'acct_2']) await query(`select refresh_mrr_history($1, 'stripe', $2)`, [tenant, name])
  const answers: Record<string, { account: string }[]> = {}
  for (const [, title = '', sql = ''] of queries)
    answers[title] = await query(sql.replaceAll(":'tenant'", `'${tenant}'`))
  const rowsOf = (stripeAccount: string) =>
    Object.entries(answers).map(([title, rows]) => {
      const own = rows.filter(({ account: name }) => [stripeAccount, 'merchant_1'].includes(name))
      return [title, own.map(({ account: _, ...row }) => row)]
    })
  // Two accounts with the same ids, which no query may join or add.
  for (const name of ['acct_1', 'acct_2']) expect(Object.fromEntries(rowsOf(name)), name).toEqual(expected)
})

test('the example for pandas reads the views', async () => {
  const { db, query } = await openTestDatabase()
  const tenant = randomUUID()
  await seed(db, tenant)
  await query(`select refresh_mrr_history($1, 'stripe', 'acct_1')`, [tenant])
  const statements = [...readFileSync('examples/revenue.py', 'utf8').matchAll(/read\("{3}([\s\S]*?)"{3}\)/g)]
  const answers = await Promise.all(statements.map(([, sql = '']) => query(sql.replaceAll(':tenant', '$1'), [tenant])))
  const account = { provider: 'stripe', account: 'acct_1', livemode: null }
  expect(answers.map(([first]) => first)).toMatchObject([
    { ...account, currency: 'eur', month: thisMonth, closing: '5300', customers_closing: '2' },
    { ...account, currency: 'eur', cohort: thisMonth, age: 0, customers: '2', retained: '2', mrr: '5300' },
    { ...account, currency: 'eur', month: '2026-05', charged: '3000', net: '2883' },
  ])
})

async function seed(
  db: Awaited<ReturnType<typeof openTestDatabase>>['db'],
  tenantId: string,
  name = 'acct_1',
): Promise<void> {
  const write = (table: Parameters<typeof upsert>[1]['table'], rows: readonly Parameters<typeof toRow>[0][]) =>
    upsert(db, { table, tenantId, provider: 'stripe', account: name, rows: rows.map(toRow) })
  for (const resource of billing) {
    const items = account[resource.name] ?? []
    await write(
      resource.table,
      items.map((item) => resource.row(Item.of(item))),
    )
    for (const nested of nestedOf(resource))
      await write(
        nested.table,
        items.flatMap((item) =>
          (nested.embedded(Item.of(item))?.items ?? []).map((child) => ({
            ...nested.row(child),
            [nested.parent]: String(item.id),
          })),
        ),
      )
  }
}

const toRow = (row: { readonly id: string }) => ({ row: { ...row }, raw: row, observedAt: new Date(now * 1_000) })
