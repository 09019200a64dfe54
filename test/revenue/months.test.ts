import { expect, test } from 'vitest'
import { openAccount } from './account.ts'
import { months } from './months-setup.ts'

test('a month goes from its opening to its closing, and rates are of the customers at the opening', async () => {
  const { insert, view } = await openAccount()
  const item = (customer: string, mrr: number, from: string, to: string | null) =>
    insert('mrr_history', {
      subscription_id: `sub_${customer}`,
      item_id: `si_${customer}`,
      customer_id: customer,
      currency: 'eur',
      state: 'active',
      mrr,
      ...months(from, to),
    })
  // a: 1000, then 1500. b: 2000, gone in March. c: 500 in February only, back in April. d: 800, less by 300 in March.
  await item('a', 1000, '2026-01-05', '2026-03-10')
  await item('a', 1500, '2026-03-10', null)
  await item('b', 2000, '2026-01-31', '2026-03-20')
  await item('c', 500, '2026-02-03', '2026-02-20')
  await item('c', 700, '2026-04-01', null)
  await item('d', 800, '2026-02-01', '2026-03-15')
  await item('d', 500, '2026-03-15', null)
  expect(
    await view(
      'mrr_months',
      'month, opening, new, expansion, reactivation, contraction, churn, closing, customers_opening, customers_closing, new_customers, churned_customers, reactivated_customers',
      'month limit 5',
    ),
  ).toEqual([
    ['2026-01', 0, 3000, 0, 0, 0, 0, 3000, 0, 2, 2, 0, 0],
    ['2026-02', 3000, 1300, 0, 0, 0, 500, 3800, 2, 3, 2, 1, 0],
    ['2026-03', 3800, 0, 500, 0, 300, 2000, 2000, 3, 2, 0, 1, 0],
    ['2026-04', 2000, 0, 0, 700, 0, 0, 2700, 2, 3, 0, 0, 1],
    ['2026-05', 2700, 0, 0, 0, 0, 0, 2700, 3, 3, 0, 0, 0],
  ])
  expect(
    await view(
      'mrr_months',
      'month, customer_churn_rate, gross_churn_rate, net_churn_rate, grr, nrr, arpa, ltv',
      'month limit 4',
    ),
  ).toEqual([
    ['2026-01', null, null, null, null, null, 1500, null],
    // c came and went within the month: no customer of the opening is gone. 500 / 3000; (500 − 0) / 3000; 3800 / 3.
    ['2026-02', 0, 0.1667, 0.1667, 1, 1, 1266.67, null],
    // 1 of 3; 2300 / 3800; 1800 / 3800; (1000 + 0 + 500) / 3800; 2000 / 3800; 2000 / 2; 1000 / (1 / 3).
    ['2026-03', 0.3333, 0.6053, 0.4737, 0.3947, 0.5263, 1000, 3000],
    // c comes back, who was not there at the opening: −700 / 2000, and the others pay what they paid.
    ['2026-04', 0, 0, -0.35, 1, 1, 900, null],
  ])
  expect(
    await view(
      'customer_months',
      'month, opening, new, reactivation, churn, closing, cohort',
      'customer_id, month limit 100',
    ),
  ).toEqual(
    expect.arrayContaining([
      ['2026-02', 0, 500, 0, 500, 0, '2026-02'],
      ['2026-04', 0, 0, 700, 0, 700, '2026-02'],
      ['2026-05', 700, 0, 0, 0, 700, '2026-02'],
    ]),
  )
  expect(await view('cohorts', 'cohort, age, customers, retained, mrr', 'cohort, age')).toEqual(
    expect.arrayContaining([
      ['2026-01', 0, 2, 2, 3000],
      ['2026-01', 1, 2, 2, 3000],
      ['2026-01', 2, 2, 1, 1500],
      ['2026-02', 0, 2, 1, 800],
      ['2026-02', 1, 2, 1, 500],
      ['2026-02', 2, 2, 2, 1200],
    ]),
  )
})

test('all changes of a customer within a day are one: a swap of plans is no churn', async () => {
  const { insert, view } = await openAccount()
  const subscription = { customer_id: 'c', currency: 'eur', state: 'active' }
  await insert('mrr_history', {
    ...subscription,
    item_id: 'old',
    mrr: 1000,
    valid_from: '2026-01-01T00:00:00Z',
    valid_to: '2026-02-01T10:00:00Z',
  })
  await insert('mrr_history', {
    ...subscription,
    item_id: 'new',
    mrr: 1200,
    valid_from: '2026-02-01T10:00:05Z',
    valid_to: null,
  })
  // One of two subscriptions ends: a contraction. Trials and pauses are no MRR.
  await insert('mrr_history', { ...subscription, item_id: 'second', mrr: 300, ...months('2026-01-01', '2026-03-01') })
  await insert('mrr_history', {
    ...subscription,
    item_id: 'trial',
    mrr: 900,
    state: 'trialing',
    ...months('2026-01-01', null),
  })
  expect(await view('mrr_changes', 'kind, mrr_before, mrr_after, amount', 'day')).toEqual([
    ['new', 0, 1300, 1300],
    ['expansion', 1300, 1500, 200],
    ['contraction', 1500, 1200, 300],
  ])
})

/** help.chartmogul.com, "MRR movements": Gold is 50 a month or 500 a year, Silver 30 a month. */
test('ChartMogul’s customer subscribes, adds, drops, leaves and comes back, by the lines of its invoices', async () => {
  const { insert, price, subscribe, view, query, tenant } = await openAccount()
  await price('gold yearly', { unit_amount: 50000, interval: 'year' })
  await price('gold monthly', { unit_amount: 5000 })
  await price('silver monthly', { unit_amount: 3000 })
  const bill = async (
    id: string,
    plan: string,
    quantity: number,
    amount: number,
    from: string,
    to: string,
    more: object,
  ) => {
    await subscribe(id, { customer_id: 'syncalytics', items: [{ price_id: plan, quantity }], ...more })
    await insert('invoices', {
      id: `in_${id}`,
      subscription_id: id,
      status: 'paid',
      currency: 'eur',
      created_at: `${from}T00:00:00Z`,
    })
    await insert('invoice_lines', {
      id: `il_${id}`,
      invoice_id: `in_${id}`,
      subscription_id: id,
      subscription_item_id: `si_${id}_0`,
      price_id: plan,
      currency: 'eur',
      quantity,
      amount,
      proration: false,
      period_start: `${from}T00:00:00Z`,
      period_end: `${to}T00:00:00Z`,
    })
  }
  const ended = (at: string) => ({ status: 'canceled', ended_at: `${at}T00:00:00Z` })
  await bill('four gold', 'gold yearly', 4, 200000, '2025-01-10', '2026-01-10', ended('2026-01-10'))
  await bill('two silver', 'silver monthly', 2, 6000, '2025-01-15', '2025-02-15', ended('2025-01-29'))
  await bill('three gold', 'gold monthly', 3, 15000, '2026-03-01', '2026-04-01', {})
  await query('select refresh_mrr_history($1, $2, $3)', [tenant, 'stripe', 'acct_1'])
  expect(await view('mrr_changes', 'kind, mrr_before, mrr_after, amount', 'day')).toEqual([
    ['new', 0, 16667, 16667], // 2000.00 / 12
    ['expansion', 16667, 22667, 6000],
    ['contraction', 22667, 16667, 6000],
    ['churn', 16667, 0, 16667],
    ['reactivation', 0, 15000, 15000],
  ])
})
