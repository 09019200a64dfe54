import { expect, test } from 'vitest'
import { daysAgo, month } from './hand-account.ts'
import { every, money, openMerchant, owing, scheme } from './paypal-merchant.ts'

/*
 * Accounts of PayPal as its API answers them, read by a job, computed by hand from the specification. PayPal writes
 * decimals: 20.00 dollars are 2000, 1200 yen are 1200, 4.500 dinars are 4500.
 */

test('the regular cycle of a plan is brought to a month, times the quantity', async () => {
  const { plan, subscribe, sync, view } = await openMerchant()
  plan('P-MONTH', [{ ...every('MONTH'), ...scheme('20.00') }])
  plan('P-YEAR', [{ ...every('YEAR'), ...scheme('120.06') }])
  plan('P-3M', [{ ...every('MONTH', 3), ...scheme('30.01') }])
  plan('P-13W', [{ ...every('WEEK', 13), ...scheme('39.00') }])
  plan('P-30D', [{ ...every('DAY', 30), ...scheme('30.00') }])
  plan('P-DAY', [{ frequency: { interval_unit: 'DAY' }, ...scheme('1.00') }])
  plan('P-SEATS', [{ ...every('MONTH'), ...scheme('20.00') }], { quantity_supported: true })
  plan('P-JPY', [{ ...every('YEAR'), ...scheme('14400', 'JPY') }])
  plan('P-KWD', [{ ...every('MONTH'), ...scheme('4.500', 'KWD') }])
  subscribe('month', 'P-MONTH')
  subscribe('year', 'P-YEAR')
  subscribe('three', 'P-3M')
  subscribe('thirteen', 'P-13W')
  subscribe('thirty', 'P-30D')
  subscribe('day', 'P-DAY')
  subscribe('seats', 'P-SEATS', { quantity: '3' })
  subscribe('unsaid', 'P-MONTH', { quantity: undefined })
  subscribe('yen', 'P-JPY', owing('0', 'JPY'))
  subscribe('dinars', 'P-KWD', owing('0.000', 'KWD'))
  await sync()
  expect(await view('item_mrr', 'subscription_id, state, currency, mrr')).toEqual([
    'day active usd 3041.6667', // 100 × 365 / 12; an interval without a count is one
    'dinars active kwd 4500',
    'month active usd 2000',
    'seats active usd 6000', // 3 × 2000
    'thirteen active usd 1300', // 3900 × 52 / 12 / 13
    'thirty active usd 3041.6667', // 3000 × 365 / 12 / 30
    'three active usd 1000.3333', // 3001 / 3
    'unsaid active usd 2000', // a quantity that is not said is one
    'year active usd 1000.5', // 12006 / 12
    'yen active jpy 1200', // 14400 / 12
  ])
  // 3041.6667 × 2 + 2000 × 2 + 6000 + 1300 + 1000.3333 + 1000.5 = 19384.1667
  expect(await view('mrr', 'currency, livemode, mrr, subscriptions, customers, unpriced_items')).toEqual([
    'jpy false 1200 1 1 0',
    'kwd false 4500 1 1 0',
    'usd false 19384 8 8 0',
  ])
})

test('a trial of PayPal is out until its cycles are over, whatever it costs', async () => {
  const { plan, subscribe, sync, view } = await openMerchant()
  const regular = { ...every('MONTH'), ...scheme('20.00') }
  plan('P-FREE', [{ ...every('MONTH'), tenure_type: 'TRIAL', total_cycles: 1 }, regular])
  plan('P-PAID', [{ ...every('WEEK', 2), tenure_type: 'TRIAL', total_cycles: 2, ...scheme('1.00') }, regular])
  const cycles = (left: number, done: number) => ({
    billing_info: {
      outstanding_balance: money('0.00'),
      failed_payments_count: 0,
      cycle_executions: [
        {
          tenure_type: 'TRIAL',
          sequence: 1,
          cycles_completed: done,
          cycles_remaining: left,
          total_cycles: left + done,
        },
        { tenure_type: 'REGULAR', sequence: 2, cycles_completed: 0, cycles_remaining: 0, total_cycles: 0 },
      ],
      next_billing_time: daysAgo(-20),
    },
  })
  const began = (days: number) => ({ start_time: daysAgo(days), create_time: daysAgo(days) })
  subscribe('free', 'P-FREE', { ...began(10), ...cycles(0, 1) }) // the first cycle of one runs
  subscribe('free-over', 'P-FREE', { ...began(40), ...cycles(0, 1) }) // a month is over after 40 days
  subscribe('paid', 'P-PAID', { ...began(20), ...cycles(1, 1) }) // 20 < 2 × 14 days
  subscribe('paid-over', 'P-PAID', { ...began(30), ...cycles(0, 2) })
  await sync()
  expect(await view('item_mrr', 'subscription_id, state, mrr')).toEqual([
    'free trialing 2000',
    'free-over active 2000',
    'paid trialing 2000',
    'paid-over active 2000',
  ])
  expect(await view('mrr', 'mrr, trialing_mrr, subscriptions, customers')).toEqual(['4000 4000 2 2'])
})

test('a subscription of PayPal counts by its status', async () => {
  const { plan, subscribe, sync, view } = await openMerchant()
  plan('P', [{ ...every('MONTH'), ...scheme('10.00') }])
  plan('P-12', [{ ...every('MONTH'), ...scheme('10.00'), total_cycles: 12 }])
  subscribe('active', 'P')
  subscribe('limited', 'P-12', { start_time: daysAgo(60) })
  subscribe('expired', 'P-12', { status: 'EXPIRED', status_update_time: daysAgo(30) })
  subscribe('suspended', 'P', { status: 'SUSPENDED', status_change_note: 'holiday' })
  subscribe('cancelled', 'P', { status: 'CANCELLED', status_update_time: daysAgo(30) })
  subscribe('approval', 'P', { status: 'APPROVAL_PENDING', billing_info: undefined })
  subscribe('approved', 'P', { status: 'APPROVED', billing_info: undefined, start_time: daysAgo(-10) })
  // A payment that failed is asked for again: PayPal has no word for past due.
  subscribe('owes', 'P', {
    billing_info: { outstanding_balance: money('10.00'), failed_payments_count: 1, cycle_executions: [] },
  })
  await sync()
  expect(await view('item_mrr', 'subscription_id, state, mrr')).toEqual([
    'active active 1000',
    'approval pending 1000',
    'approved pending 1000',
    'cancelled canceled 1000',
    'expired ended 1000',
    'limited active 1000',
    'owes active 1000',
    'suspended paused 1000',
  ])
  expect(await view('mrr', 'mrr, paused_mrr, subscriptions, customers')).toEqual(['3000 1000 3 3'])
})

test('set-up fees, shipping and tax on top are no MRR; tax within the price is taken out', async () => {
  const { plan, subscribe, sync, view } = await openMerchant()
  const regular = { ...every('MONTH'), ...scheme('22.00') }
  plan('P-SETUP', [regular], { payment_preferences: { setup_fee: money('10.00'), payment_failure_threshold: 1 } })
  plan('P-ONTOP', [regular], { taxes: { percentage: '10', inclusive: false } })
  plan('P-WITHIN', [regular], { taxes: { percentage: '10', inclusive: true } })
  plan('P-UNSAID', [regular], { taxes: { percentage: '10' } })
  subscribe('setup', 'P-SETUP')
  subscribe('shipped', 'P-SETUP', { shipping_amount: money('5.00') })
  subscribe('ontop', 'P-ONTOP')
  subscribe('within', 'P-WITHIN')
  subscribe('unsaid', 'P-UNSAID')
  await sync()
  expect(await view('item_mrr', 'subscription_id, mrr')).toEqual([
    'ontop 2200',
    'setup 2200',
    'shipped 2200',
    'unsaid 2000', // inclusive is the default of the API
    'within 2000', // 2200 / 1.10
  ])
})

test('a plan with tiers has no known price, and neither has a plan that the subscription changes', async () => {
  const { plan, subscribe, sync, view } = await openMerchant()
  const tiers = (pricing_model: string) => ({
    pricing_scheme: {
      version: 1,
      pricing_model,
      tiers: [
        { starting_quantity: '1', ending_quantity: '10', amount: money('5.00') },
        { starting_quantity: '11', amount: money('4.00') },
      ],
    },
  })
  plan('P', [{ ...every('MONTH'), ...scheme('20.00') }])
  plan('P-TIERED', [{ ...every('MONTH'), ...tiers('TIERED') }], { quantity_supported: true })
  plan('P-VOLUME', [{ ...every('MONTH'), ...tiers('VOLUME') }], { quantity_supported: true })
  subscribe('tiered', 'P-TIERED', { quantity: '12' })
  subscribe('volume', 'P-VOLUME', { quantity: '12' })
  subscribe('plain', 'P')
  subscribe('own', 'P', {
    plan_overridden: true,
    plan: {
      billing_cycles: [{ ...every('MONTH'), ...scheme('15.00'), tenure_type: 'REGULAR', sequence: 1, total_cycles: 0 }],
    },
  })
  await sync()
  expect(await view('item_mrr', 'subscription_id, state, mrr')).toEqual([
    'own active null',
    'plain active 2000',
    'tiered active null',
    'volume active null',
  ])
  expect(
    await view('mrr', 'sum(mrr) as mrr, sum(unpriced_items) as unpriced, sum(subscriptions) as subscriptions'),
  ).toEqual(['2000 3 4'])
})

test('a revision of the plan is an expansion or a contraction, and a cancellation is churn', async () => {
  const { paypal, plan, subscribe, sync, query, view } = await openMerchant()
  plan('P-20', [{ ...every('MONTH'), ...scheme('20.00') }])
  plan('P-YEAR', [{ ...every('YEAR'), ...scheme('300.00') }])
  subscribe('s', 'P-20')
  await sync()
  expect(await view('mrr_changes', 'customer_id, kind, amount')).toEqual(['Cs new 2000'])
  // The first job was two days ago.
  await query(`update mrr_history set valid_from = valid_from - interval '2 days'`)
  await query(`update sync_accounts set mrr_computed_at = mrr_computed_at - interval '2 days'`)
  paypal.update('subscriptions', 's', { plan_id: 'P-YEAR', update_time: daysAgo(0) })
  await sync()
  // 30000 / 12 = 2500
  expect(await view('mrr', 'mrr, customers')).toEqual(['2500 1'])
  expect(await view('mrr_changes', 'kind, mrr_before, mrr_after, amount', { order: 'day' })).toEqual([
    'new 0 2000 2000',
    'expansion 2000 2500 500',
  ])
})

test('net revenue of PayPal is its ledger: charges, refunds, chargebacks and fees, by the month of each line', async () => {
  const { line, sync, view } = await openMerchant()
  const fee = (value: string, currency = 'USD') => ({ fee_amount: money(value, currency) })
  line(2, 'T0006', '100.00', fee('-3.20'))
  line(2, 'T0002', '20.00', fee('-0.88'))
  line(2, 'T1107', '-20.00', fee('0.59')) // a part of the fee comes back
  line(2, 'T1201', '-50.00')
  line(2, 'T0106', '-20.00') // the fee of the chargeback
  line(2, 'T0006', '30.00', { transaction_status: 'P' })
  line(2, 'T0006', '40.00', { transaction_status: 'D' })
  line(2, 'T0400', '-15.00') // to the bank
  line(1, 'T1202', '50.00') // the chargeback is won
  line(1, 'T0006', '1000', fee('-40', 'JPY'), 'JPY')
  line(1, 'T0006', '12.345', fee('-0.500', 'KWD'), 'KWD')
  await sync()
  // charged 10000 + 2000; fees 320 + 88 − 59 + 2000 = 2349; net 12000 − 2000 − 5000 − 2349 = 2651
  expect(
    await view('net_revenue', 'currency, month, charged, refunded, disputed, fees, net', { order: 'currency, month' }),
  ).toEqual([
    `jpy ${month(1)} 1000 0 0 40 960`,
    `kwd ${month(1)} 12345 0 0 500 11845`,
    `usd ${month(2)} 12000 2000 5000 2349 2651`,
    `usd ${month(1)} 0 0 -5000 0 5000`,
  ])
  expect(await view('sales', 'currency, month, taken, returned, net', { order: 'currency, month' })).toEqual([
    `jpy ${month(1)} 1000 0 1000`,
    `kwd ${month(1)} 12345 0 12345`,
    `usd ${month(2)} 12000 2000 10000`,
  ])
  expect(await view('unmapped', 'kind, status, rows')).toEqual([])
})

test('money that the merchant pays is no negative charge', async () => {
  const { line, sync, view } = await openMerchant()
  line(2, 'T0006', '100.00')
  line(2, 'T0001', '-60.00') // a payout to a freelancer
  line(2, 'T0003', '-10.00') // a bill that is paid by agreement
  await sync()
  expect(await view('net_revenue', 'month, charged, refunded, disputed, fees, net')).toEqual([
    `${month(2)} 10000 0 0 0 10000`,
  ])
  expect(await view('sales', 'month, taken, returned, net')).toEqual([`${month(2)} 10000 0 10000`])
})
