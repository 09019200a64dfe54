import { expect, test } from 'vitest'
import { daysAgo } from './hand-account.ts'
import { costs, openSeller, usd } from './square-seller.ts'

/*
 * Accounts of Square as its API answers them, read by a job, computed by hand from the specification.
 * Amounts are in minor units. A month is 1/12 of a year, 52/12 weeks or 365/12 days.
 */

test('every cadence of Square is brought to a month', async () => {
  const { variation, subscribe, sync, view } = await openSeller()
  const cases = [
    ['DAILY', 100], // 100 × 365 / 12 = 3041.6667
    ['WEEKLY', 500], // 500 × 52 / 12 = 2166.6667
    ['EVERY_TWO_WEEKS', 900], // 900 × 52 / 12 / 2 = 1950
    ['THIRTY_DAYS', 3000], // 3000 × 365 / 12 / 30 = 3041.6667
    ['SIXTY_DAYS', 6000], // 6000 × 365 / 12 / 60 = 3041.6667
    ['NINETY_DAYS', 9000], // 9000 × 365 / 12 / 90 = 3041.6667
    ['MONTHLY', 2000],
    ['EVERY_TWO_MONTHS', 2000], // / 2
    ['QUARTERLY', 3001], // / 3 = 1000.3333
    ['EVERY_FOUR_MONTHS', 4000], // / 4
    ['EVERY_SIX_MONTHS', 6000], // / 6
    ['ANNUAL', 12006], // / 12 = 1000.5
    ['EVERY_TWO_YEARS', 24000], // / 24
  ] as const
  for (const [cadence, price] of cases) {
    variation(`V-${cadence}`, [{ cadence, ...costs(price) }])
    subscribe(cadence, `V-${cadence}`)
  }
  await sync()
  expect(await view('item_mrr', 'subscription_id, state, currency, mrr')).toEqual([
    'ANNUAL active usd 1000.5',
    'DAILY active usd 3041.6667',
    'EVERY_FOUR_MONTHS active usd 1000',
    'EVERY_SIX_MONTHS active usd 1000',
    'EVERY_TWO_MONTHS active usd 1000',
    'EVERY_TWO_WEEKS active usd 1950',
    'EVERY_TWO_YEARS active usd 1000',
    'MONTHLY active usd 2000',
    'NINETY_DAYS active usd 3041.6667',
    'QUARTERLY active usd 1000.3333',
    'SIXTY_DAYS active usd 3041.6667',
    'THIRTY_DAYS active usd 3041.6667',
    'WEEKLY active usd 2166.6667',
  ])
  // 4 × 3041.6667 + 2166.6667 + 1950 + 2000 + 4 × 1000 + 1000.3333 + 1000.5 = 24284.1667
  expect(await view('mrr', 'livemode, currency, mrr, gross_mrr, subscriptions, customers, unpriced_items')).toEqual([
    'false usd 24284 24284 13 13 0',
  ])
})

test('a price of its own replaces that of the plan, tax is on top, and yen and dinars are not scaled', async () => {
  const { variation, subscribe, sync, view } = await openSeller()
  variation('V-MONTH', [{ cadence: 'MONTHLY', ...costs(2000) }])
  variation('V-YEAR', [{ cadence: 'ANNUAL', ...costs(24000) }])
  variation('V-OLD', [{ cadence: 'MONTHLY', recurring_price_money: usd(700) }])
  variation('V-JPY', [{ cadence: 'ANNUAL', ...costs(14400, 'JPY') }])
  variation('V-KWD', [{ cadence: 'MONTHLY', ...costs(12_345, 'KWD') }])
  subscribe('own-month', 'V-MONTH', { price_override_money: usd(1500) })
  subscribe('own-nothing', 'V-MONTH', { price_override_money: usd(0) })
  subscribe('own-year', 'V-YEAR', { price_override_money: usd(6000) })
  subscribe('taxed', 'V-MONTH', { tax_percentage: '7.5' })
  subscribe('recurring-price', 'V-OLD')
  subscribe('yen', 'V-JPY')
  subscribe('dinars', 'V-KWD')
  await sync()
  expect(await view('item_mrr', 'subscription_id, currency, mrr')).toEqual([
    'dinars kwd 12345', // 12.345 dinars
    'own-month usd 1500',
    'own-nothing usd 0',
    'own-year usd 500', // 6000 / 12
    'recurring-price usd 700',
    'taxed usd 2000', // 7.5 % come on top
    'yen jpy 1200', // 14400 / 12
  ])
  expect(await view('mrr', 'currency, mrr, subscriptions, customers')).toEqual([
    'jpy 1200 1 1',
    'kwd 12345 1 1',
    'usd 4700 5 4', // 1500 + 0 + 500 + 2000 + 700; a price of 0 has no customer
  ])
})

test('a subscription of Square counts by its status, and a planned end or pause changes nothing before it comes', async () => {
  const { variation, subscribe, sync, view } = await openSeller()
  const date = (days: number) => daysAgo(days).slice(0, 10)
  variation('V', [{ cadence: 'MONTHLY', ...costs(1000) }])
  subscribe('active', 'V')
  subscribe('leaves', 'V', {
    canceled_date: date(-15),
    actions: [{ id: 'a1', type: 'CANCEL', effective_date: date(-15) }],
  })
  subscribe('will-pause', 'V', { actions: [{ id: 'a2', type: 'PAUSE', effective_date: date(-10) }] })
  subscribe('will-swap', 'V', {
    actions: [{ id: 'a3', type: 'SWAP_PLAN', effective_date: date(-10), new_plan_variation_id: 'V2' }],
  })
  subscribe('paused', 'V', { status: 'PAUSED' })
  subscribe('pending', 'V', { status: 'PENDING', start_date: date(-5) })
  subscribe('canceled', 'V', { status: 'CANCELED', canceled_date: date(30), completed_date: date(30) })
  subscribe('deactivated', 'V', { status: 'DEACTIVATED', canceled_date: date(30), completed_date: date(30) })
  subscribe('completed', 'V', { status: 'COMPLETED', completed_date: date(30) })
  await sync()
  expect(await view('item_mrr', 'subscription_id, state, canceling, mrr')).toEqual([
    'active active false 1000',
    'canceled canceled false 1000',
    'completed ended false 1000',
    'deactivated ended false 1000',
    'leaves active true 1000',
    'paused paused false 1000',
    'pending pending false 1000',
    'will-pause active false 1000',
    'will-swap active false 1000',
  ])
  // active, leaves, will-pause and will-swap
  expect(await view('mrr', 'mrr, canceling_mrr, paused_mrr, trialing_mrr, subscriptions, customers')).toEqual([
    '4000 1000 1000 0 4 4',
  ])
})

test('a free phase of Square is a trial, and a cheaper one costs what it costs while it runs', async () => {
  const { variation, subscribe, sync, query, view } = await openSeller()
  const began = (days: number) => ({ start_date: daysAgo(days).slice(0, 10) })
  variation('V-FREE', [
    { cadence: 'WEEKLY', periods: 2, ...costs(0) },
    { cadence: 'MONTHLY', ...costs(1000) },
  ])
  variation('V-CHEAP', [
    { cadence: 'MONTHLY', periods: 3, ...costs(500) },
    { cadence: 'MONTHLY', ...costs(1000) },
  ])
  variation('V-BOTH', [
    { cadence: 'WEEKLY', periods: 1, ...costs(0) },
    { cadence: 'WEEKLY', periods: 4, ...costs(120) },
    { cadence: 'ANNUAL', ...costs(12_000) },
  ])
  subscribe('free', 'V-FREE', began(5)) // 5 < 14 days
  subscribe('free-over', 'V-FREE', began(20))
  subscribe('cheap', 'V-CHEAP', began(40)) // the second of three months at 500
  subscribe('cheap-over', 'V-CHEAP', began(120)) // beyond three months
  subscribe('both-free', 'V-BOTH', began(3)) // 3 < 7 days; it pays 520 first
  subscribe('both-cheap', 'V-BOTH', began(20)) // 7 ≤ 20 < 35 days: 120 × 52 / 12 = 520
  subscribe('both-over', 'V-BOTH', began(50)) // 12000 / 12 = 1000
  await sync()
  expect(await view('item_mrr', 'subscription_id, state, mrr')).toEqual([
    'both-cheap active 520',
    'both-free trialing 520',
    'both-over active 1000',
    'cheap active 500',
    'cheap-over active 1000',
    'free trialing 1000',
    'free-over active 1000',
  ])
  // 520 + 1000 + 500 + 1000 + 1000
  expect(await view('mrr', 'mrr, trialing_mrr, subscriptions, customers')).toEqual(['4020 1520 5 5'])
  expect(await view('mrr', 'gross_mrr, repeating_discount')).toEqual(['5000 980']) // what the last phases cost, less (1000 − 520) + (1000 − 500)
  // The end of a cheaper phase is known: 7 + 28 days after the start, and three months after it.
  expect(
    await query(
      `select history.subscription_id, history.mrr::int, (history.valid_from at time zone 'UTC')::date - (s.start_date at time zone 'UTC')::date as after,
         history.valid_from = ((s.start_date at time zone 'UTC') + interval '3 months') at time zone 'UTC' as in_three_months
       from mrr_history history join subscriptions s on s.id = history.subscription_id where history.valid_from > now() order by 1`,
    ),
  ).toEqual([
    { subscription_id: 'both-cheap', mrr: 1000, after: 35, in_three_months: false },
    { subscription_id: 'cheap', mrr: 1000, after: expect.any(Number), in_three_months: true },
  ])
})

test('a plan of Square whose items are priced by an order has no known price', async () => {
  const { variation, subscribe, sync, view } = await openSeller()
  variation('V-RELATIVE', [{ cadence: 'MONTHLY', pricing: { type: 'RELATIVE', discount_ids: ['DISCOUNT'] } }])
  variation('V-STATIC', [{ cadence: 'MONTHLY', ...costs(1000) }])
  subscribe('relative', 'V-RELATIVE', { phases: [{ uid: 'p', ordinal: 0, order_template_id: 'ORDER' }] })
  subscribe('static', 'V-STATIC')
  subscribe('unknown-plan', 'V-GONE')
  await sync()
  expect(await view('item_mrr', 'subscription_id, state, amount, mrr')).toEqual([
    'relative active null null',
    'static active 1000 1000',
    'unknown-plan active null null',
  ])
  expect(await view('mrr', 'currency, mrr, subscriptions, unpriced_items', { where: `currency = 'usd'` })).toEqual([
    'usd 1000 1 0',
  ])
  expect(await view('mrr', 'sum(unpriced_items) as unpriced, sum(subscriptions) as subscriptions')).toEqual(['2 3'])
})
