import { expect, test } from 'vitest'
import { openAccount } from './account.ts'

/* The rules for months, on one account that has each of them. Amounts are in cents. */

const at = (day: string, time = '00:00:00') => `2026-${day}T${time}Z`

async function openMonths() {
  const { insert, view, query, tenant } = await openAccount()
  let items = 0
  const item = (customer: string, mrr: number, from: string, to: string | null, more = {}) =>
    insert('mrr_history', {
      subscription_id: `sub_${customer}`,
      item_id: `si_${++items}`,
      customer_id: customer,
      currency: 'eur',
      state: 'active',
      mrr,
      valid_from: from,
      valid_to: to,
      ...more,
    })
  // Begins and ends at midnight on the first: a customer of February alone, who is back in May.
  await item('a', 1000, at('02-01'), at('03-01'))
  await item('a', 2000, at('05-01'), null)
  // A second earlier: of January to March.
  await item('b', 1000, at('01-31', '23:59:59'), at('03-31', '23:59:59'))
  await item('c', 600, at('01-10'), null)
  // Within a day: no change.
  await item('c', 300, at('02-10', '08:00:00'), at('02-10', '20:00:00'))
  // Free at first, then new, gone and back in February.
  await item('d', 0, at('01-10'), at('02-10'))
  await item('d', 500, at('02-10'), at('02-20'))
  await item('d', 500, at('02-25'), at('04-05'))
  // Past due counts, unpaid is churn.
  await item('e', 400, at('01-01'), at('02-15'), { state: 'past_due' })
  await item('e', 400, at('02-15'), null, { state: 'unpaid' })
  // Another currency, mode and account of the same customers.
  await item('c', 70, at('01-01'), null, { currency: 'usd' })
  await item('c', 71, at('01-01'), null, { livemode: false })
  await item('c', 72, at('01-01'), null, { account: 'acct_2' })
  return { insert, view, query, tenant }
}

test('months, customers, rates and cohorts of an account that has every movement', async () => {
  const { view } = await openMonths()
  const order = 'account, livemode desc, currency, month limit 5'
  expect(
    await view('mrr_months', 'month, opening, new, expansion, reactivation, contraction, churn, closing', order),
  ).toEqual([
    ['2026-01', 0, 2000, 0, 0, 0, 0, 2000], // b 1000, c 600, e 400
    ['2026-02', 2000, 1500, 0, 500, 0, 900, 3100], // new a 1000, d 500; back d; gone d 500, e 400
    ['2026-03', 3100, 0, 0, 0, 0, 2000, 1100], // gone a, b
    ['2026-04', 1100, 0, 0, 0, 0, 500, 600],
    ['2026-05', 600, 0, 0, 2000, 0, 0, 2600],
  ])
  expect(
    await view(
      'mrr_months',
      'month, customers_opening, customers_closing, new_customers, churned_customers, reactivated_customers',
      order,
    ),
  ).toEqual([
    ['2026-01', 0, 3, 3, 0, 0],
    ['2026-02', 3, 4, 2, 2, 1],
    ['2026-03', 4, 2, 0, 2, 0],
    ['2026-04', 2, 1, 0, 1, 0],
    ['2026-05', 1, 2, 0, 0, 1],
  ])
  expect(
    await view(
      'mrr_months',
      'month, customer_churn_rate, gross_churn_rate, net_churn_rate, grr, nrr, arpa, ltv',
      order,
    ),
  ).toEqual([
    ['2026-01', null, null, null, null, null, 666.67, null], // 2000 / 3
    ['2026-02', 0.3333, 0.45, 0.2, 0.8, 0.8, 775, 2325], // e of b, c, e; 900 / 2000; 400 / 2000; 1600 / 2000; 775 / (1 / 3)
    ['2026-03', 0.5, 0.6452, 0.6452, 0.3548, 0.3548, 550, 1100], // 2000 / 3100; 1100 / 3100
    ['2026-04', 0.5, 0.4545, 0.4545, 0.5455, 0.5455, 600, 1200],
    ['2026-05', 0, 0, -3.3333, 1, 1, 1300, null], // −2000 / 600: who is back was not there at the opening
  ])
  expect(
    await view(
      'customer_months',
      'customer_id, month, opening, new, reactivation, churn, closing, cohort',
      `account, livemode desc, currency, customer_id, month`,
    ),
  ).toEqual(
    expect.arrayContaining([
      ['a', '2026-02', 0, 1000, 0, 0, 1000, '2026-02'],
      ['a', '2026-03', 1000, 0, 0, 1000, 0, '2026-02'],
      ['a', '2026-05', 0, 0, 2000, 0, 2000, '2026-02'],
      ['d', '2026-02', 0, 500, 500, 500, 500, '2026-02'],
      ['e', '2026-02', 400, 0, 0, 400, 0, '2026-01'],
    ]),
  )
  expect(await view('customer_months', 'month', `customer_id, month limit 2`)).toEqual([['2026-02'], ['2026-03']])
  expect(
    await view('cohorts', 'cohort, age, customers, retained, mrr', 'account, livemode desc, currency, cohort, age'),
  ).toEqual(
    expect.arrayContaining([
      ['2026-01', 0, 3, 3, 2000],
      ['2026-01', 1, 3, 2, 1600],
      ['2026-01', 2, 3, 1, 600],
      ['2026-02', 0, 2, 2, 1500],
      ['2026-02', 1, 2, 1, 500], // a is gone
      ['2026-02', 2, 2, 0, 0], // d too
      ['2026-02', 3, 2, 1, 2000], // a is back
    ]),
  )
  // Nothing is added over currencies, modes and accounts.
  expect(
    await view('mrr_months', 'account, livemode, currency, closing', `month, account, livemode, currency limit 4`),
  ).toEqual([
    ['acct_1', false, 'eur', 71],
    ['acct_1', true, 'eur', 2000],
    ['acct_1', true, 'usd', 70],
    ['acct_2', true, 'eur', 72],
  ])
})

test('a customer who is erased leaves the closed months, and those become the others’', async () => {
  const { insert, view, query, tenant } = await openMonths()
  await insert('customers', { id: 'b' })
  await query(`delete from customers where tenant_id = $1 and id = 'b'`, [tenant])
  expect(
    await view(
      'mrr_months',
      'month, opening, new, churn, closing, customers_closing, customer_churn_rate, grr',
      'account, livemode desc, currency, month limit 3',
    ),
  ).toEqual([
    ['2026-01', 0, 1000, 0, 1000, 2, null, null], // c 600, e 400
    ['2026-02', 1000, 1500, 900, 2100, 3, 0.5, 0.6], // of c and e, e is gone
    ['2026-03', 2100, 0, 1000, 1100, 2, 0.3333, 0.5238], // of a, c, d, a is gone: 1100 / 2100
  ])
  expect(
    await view('cohorts', 'customers, retained, mrr', 'account, livemode desc, currency, cohort, age limit 1'),
  ).toEqual([[2, 2, 1000]])
})

test('of several changes in a month only the last says what a customer of the opening has become', async () => {
  const { insert, view } = await openAccount()
  let items = 0
  const item = (customer: string, mrr: number, from: string, to: string | null) =>
    insert('mrr_history', {
      item_id: `si_${++items}`,
      customer_id: customer,
      currency: 'eur',
      state: 'active',
      mrr,
      valid_from: at(from),
      valid_to: to && at(to),
    })
  // Gone and back in February, for less.
  await item('x', 1000, '01-05', '02-10')
  await item('x', 800, '02-20', null)
  // More, then less than before.
  await item('y', 500, '01-05', '02-05')
  await item('y', 700, '02-05', '02-25')
  await item('y', 400, '02-25', null)
  const february = (columns: string) => view('mrr_months', columns, 'month offset 1 limit 1')
  expect(await february('opening, new, expansion, reactivation, contraction, churn, closing')).toEqual([
    [1500, 0, 200, 800, 300, 1000, 1200],
  ])
  expect(await february('customers_closing, churned_customers, reactivated_customers')).toEqual([[2, 1, 1]])
  // Nobody is gone; 1300 / 1500; (1300 − 1000) / 1500; (800 + 400) / 1500, for both; 1200 / 2
  expect(
    await february('customer_churn_rate, gross_churn_rate, net_churn_rate, grr, nrr as retention, arpa, ltv'),
  ).toEqual([[0, 0.8667, 0.2, 0.8, 0.8, 600, null]])
})

test('after its only customer an account has months without customers, whose rates are null', async () => {
  const { insert, view } = await openAccount()
  const item = { item_id: 'si', customer_id: 'c', currency: 'eur', state: 'active', mrr: '9007199254740993' }
  await insert('mrr_history', { ...item, valid_from: at('01-10'), valid_to: at('02-28', '23:59:59') })
  const rates = 'customer_churn_rate, gross_churn_rate, net_churn_rate, grr, nrr, arpa, ltv'
  expect(await view('mrr_months', `month, customers_closing, ${rates}`, 'month limit 3')).toEqual([
    ['2026-01', 1, null, null, null, null, null, Number('9007199254740993'), null],
    ['2026-02', 0, 1, 1, 1, 0, 0, null, null], // nothing is left to divide by customers
    ['2026-03', 0, null, null, null, null, null, null, null],
  ])
  // More than a JSON number holds.
  expect(await view('mrr_months', `closing::text || ' ' as closing`, 'month limit 2')).toEqual([
    ['9007199254740993 '],
    ['0 '],
  ])
  expect(await view('cohorts', 'age, customers, retained, mrr', 'age limit 3')).toEqual([
    [0, 1, 1, Number('9007199254740993')],
    [1, 1, 0, 0],
    [2, 1, 0, 0],
  ])
})
