import { expect, test } from 'vitest'
import { openAccount } from './account.ts'

/* Subscriptions of PayPal, Square and Shopify as their rows are, computed by hand. Amounts are in minor units. */

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
const daysIn = `round(extract(epoch from now() - valid_from) / 86400)::int as began, round(extract(epoch from now() - valid_to) / 86400)::int as ended`

test('a subscription of PayPal has the plan’s regular cycle, and its trial is no MRR', async () => {
  const { price, subscribe, view } = await openAccount({ provider: 'paypal', account: 'merchant', livemode: null })
  const plan = { usage_type: null, billing_scheme: null, tiers_mode: 'FIXED', currency: 'usd' }
  await price('P-1', { ...plan, unit_amount: 1500 })
  await price('P-3M', { ...plan, unit_amount: 3000, interval_count: 3 })
  await price('P-TRIAL', { ...plan, unit_amount: 900, trial_period_days: 30 })
  await price('P-TIERS', { ...plan, unit_amount: null, tiers_mode: 'TIERED' })
  const item = (price_id: string, quantity: number | null = null) => ({ items: [{ price_id, quantity }] })
  const subscription = { currency: null, start_date: daysAgo(40) }
  await subscribe('active', { ...subscription, status: 'ACTIVE', ...item('P-1') })
  await subscribe('seats', { ...subscription, status: 'ACTIVE', ...item('P-3M', 4) })
  await subscribe('was on trial', { ...subscription, status: 'ACTIVE', ...item('P-TRIAL') })
  await subscribe('on trial', { ...subscription, status: 'ACTIVE', ...item('P-TRIAL'), start_date: daysAgo(10) })
  await subscribe('trial known', { ...subscription, status: 'ACTIVE', ...item('P-TRIAL'), trial_end: daysAgo(-5) })
  await subscribe('tiers', { ...subscription, status: 'ACTIVE', ...item('P-TIERS') })
  for (const status of ['SUSPENDED', 'APPROVAL_PENDING', 'APPROVED', 'CANCELLED', 'EXPIRED'])
    await subscribe(status.toLowerCase(), { ...subscription, status, ...item('P-1') })
  expect(await view('item_mrr', 'subscription_id, state, mrr', 'subscription_id')).toEqual([
    ['active', 'active', 1500], // no quantity is 1
    ['approval_pending', 'pending', 1500],
    ['approved', 'pending', 1500],
    ['cancelled', 'canceled', 1500],
    ['expired', 'ended', 1500],
    ['on trial', 'trialing', 900],
    ['seats', 'active', 4000], // 4 × 3000 / 3
    ['suspended', 'paused', 1500],
    ['tiers', 'active', null],
    ['trial known', 'trialing', 900],
    ['was on trial', 'active', 900],
  ])
  // 1500 + 4000 + 900
  expect(await view('mrr', 'currency, mrr, trialing_mrr, paused_mrr, subscriptions, unpriced_items')).toEqual([
    ['usd', 6400, 1800, 1500, 4, 1],
  ])
})

test('a trial of PayPal ends by the clock, and its subscription on the day of the cancellation', async () => {
  const { price, subscribe, view, query, tenant } = await openAccount({
    provider: 'paypal',
    account: 'merchant',
    livemode: null,
  })
  const refresh = () => query(`select refresh_mrr_history($1, 'paypal', 'merchant')`, [tenant])
  const history = async () =>
    (await query(`select state, mrr::int, ${daysIn} from mrr_history order by valid_from`)).map(Object.values)
  await price('P-1', { unit_amount: 1000, usage_type: null, trial_period_days: 30 })
  await subscribe('s', {
    status: 'ACTIVE',
    start_date: daysAgo(20),
    observed_at: daysAgo(20),
    items: [{ price_id: 'P-1', observed_at: daysAgo(20) }],
  })
  await refresh()
  expect(await history()).toEqual([['trialing', 1000, 20, null]])
  // Fifteen days later no row has changed.
  await query(`update subscriptions set start_date = start_date - interval '15 days'`)
  for (const table of ['subscriptions', 'subscription_items'])
    await query(
      `update ${table} set observed_at = observed_at - interval '15 days', synced_at = now() - interval '35 days'`,
    )
  await query(`update prices set synced_at = now() - interval '35 days'`)
  await query(`update mrr_history set valid_from = valid_from - interval '15 days'`)
  await query(`update sync_accounts set mrr_computed_at = now() - interval '6 days'`)
  await refresh()
  expect(await history()).toEqual([
    ['trialing', 1000, 35, 5], // 35 − 30
    ['active', 1000, 5, null],
  ])
  expect(await view('mrr_changes', 'kind, amount')).toEqual([['new', 1000]])
  await query(
    `update subscriptions set status = 'CANCELLED', canceled_at = $1, observed_at = now(), synced_at = now()`,
    [daysAgo(3)],
  )
  await refresh()
  expect(await history()).toEqual([
    ['trialing', 1000, 35, 5],
    ['active', 1000, 5, 3],
    ['canceled', 1000, 3, null],
  ])
})

test('a subscription of Square has its own price or that of the plan’s last phase', async () => {
  const { price, subscribe, view } = await openAccount({ provider: 'square', account: 'seller', livemode: null })
  const variation = { usage_type: null, billing_scheme: null }
  await price('V-MONTH', { ...variation, unit_amount: 1000 })
  await price('V-2W', { ...variation, unit_amount: 600, interval: 'week', interval_count: 2 })
  await price('V-30D', { ...variation, unit_amount: 3000, interval: 'day', interval_count: 30 })
  await price('V-JPY', { ...variation, unit_amount: 1200, currency: 'jpy', interval: 'year' })
  await price('V-FREE', { ...variation, unit_amount: 700, trial_period_days: 14 })
  const subscriptionTo = (price_id: string, more = {}) => ({ items: [{ price_id, ...more }], currency: null })
  await subscribe('fortnight', { status: 'ACTIVE', ...subscriptionTo('V-2W') })
  await subscribe('thirty days', { status: 'ACTIVE', ...subscriptionTo('V-30D') })
  await subscribe('own price', {
    status: 'ACTIVE',
    ...subscriptionTo('V-MONTH', { unit_amount: 800, currency: 'eur' }),
  })
  await subscribe('yen', { status: 'ACTIVE', ...subscriptionTo('V-JPY') })
  await subscribe('free phase', { status: 'ACTIVE', ...subscriptionTo('V-FREE'), start_date: daysAgo(13) })
  await subscribe('after it', { status: 'ACTIVE', ...subscriptionTo('V-FREE'), start_date: daysAgo(15) })
  await subscribe('leaves', { status: 'ACTIVE', ...subscriptionTo('V-MONTH'), canceled_at: daysAgo(-10) })
  for (const status of ['PENDING', 'PAUSED', 'CANCELED', 'DEACTIVATED', 'COMPLETED'])
    await subscribe(status.toLowerCase(), { status, ...subscriptionTo('V-MONTH') })
  expect(await view('item_mrr', 'subscription_id, state, canceling, currency, mrr', 'subscription_id')).toEqual([
    ['after it', 'active', false, 'eur', 700],
    ['canceled', 'canceled', false, 'eur', 1000],
    ['completed', 'ended', false, 'eur', 1000],
    ['deactivated', 'ended', false, 'eur', 1000],
    ['fortnight', 'active', false, 'eur', 1300], // 600 × 52 / 12 / 2
    ['free phase', 'trialing', false, 'eur', 700],
    ['leaves', 'active', true, 'eur', 1000],
    ['own price', 'active', false, 'eur', 800],
    ['paused', 'paused', false, 'eur', 1000],
    ['pending', 'pending', false, 'eur', 1000],
    ['thirty days', 'active', false, 'eur', 3041.6666666666665], // 3000 × 365 / 12 / 30
    ['yen', 'active', false, 'jpy', 100], // yen have no minor unit
  ])
  // 700 + 1300 + 1000 + 800 + 3041.67
  expect(await view('mrr', 'currency, mrr, canceling_mrr, trialing_mrr, paused_mrr', 'currency')).toEqual([
    ['eur', 6842, 1000, 700, 1000],
    ['jpy', 100, 0, 0, 0],
  ])
})

test('a contract of Shopify has the price of each line and the interval of its billing policy', async () => {
  const { subscribe, view } = await openAccount({ provider: 'shopify', account: '1', livemode: null })
  const policy = (interval: string, intervalCount: number) => ({
    metadata: { billingPolicy: { interval, intervalCount } },
  })
  const line = (unit_amount: number, quantity: number) => ({
    price_id: 'variant',
    unit_amount,
    quantity,
    currency: 'eur',
  })
  await subscribe('boxes', { status: 'ACTIVE', ...policy('WEEK', 4), items: [line(1200, 2), line(300, 1)] })
  await subscribe('yearly', { status: 'ACTIVE', ...policy('YEAR', 1), items: [line(12000, 1)] })
  for (const status of ['PAUSED', 'FAILED', 'CANCELLED', 'EXPIRED'])
    await subscribe(status.toLowerCase(), { status, ...policy('MONTH', 1), items: [line(500, 1)] })
  expect(await view('item_mrr', 'subscription_id, state, mrr', 'item_id')).toEqual([
    ['boxes', 'active', 2600], // 2400 × 52 / 12 / 4
    ['boxes', 'active', 325], // 300 × 52 / 12 / 4
    ['cancelled', 'canceled', 500],
    ['expired', 'ended', 500],
    ['failed', 'unpaid', 500],
    ['paused', 'paused', 500],
    ['yearly', 'active', 1000],
  ])
  expect(await view('mrr', 'mrr, paused_mrr, subscriptions, customers')).toEqual([[3925, 500, 2, 2]])
})
