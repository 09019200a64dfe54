import { expect, test } from 'vitest'
import { inclusive, less, middle, day as on, openLedger } from './stripe-ledger.ts'
import { coupon, price } from './stripe-payloads.ts'
import { openSynced } from './synced-account.ts'

/*
 * docs.stripe.com/changelog/clover/2025-09-30/itemize-proration-discount-amounts: a subscription of flexible billing may
 * itemize the discounts of prorations. Their lines are gross then, and name what each discount takes. Amounts are in cents.
 */

const [january, february, march] = [on('01-01'), on('02-01'), on('03-01')]
const itemized = { billing_mode: { type: 'flexible', flexible: { proration_discounts: 'itemized' } } }
const changes = `customer_id, to_char(day, 'MM-DD'), kind, mrr_before, mrr_after`
const coupons = [
  coupon('half', { percent_off: 50 }),
  coupon('once', { percent_off: 50, duration: 'once' }),
  coupon('first month', { percent_off: 100, duration: 'once' }),
]
const prices = [
  price('1000', 1000),
  price('2000', 2000),
  price('gross', 1190, { tax_behavior: 'inclusive' }),
  price('tiers', null, { tiers_mode: 'graduated' }),
]
const amounts = (up_to: number | null, unit: number, flat: number | null) => ({
  up_to,
  unit_amount: unit,
  unit_amount_decimal: String(unit),
  flat_amount: flat,
  flat_amount_decimal: flat && String(flat),
})
const tiers = { tiers: { tiers: [amounts(5, 100, 1000), amounts(null, 50, null)] } }

test('a part of a period has the discounts that its line names, and else those of its neighbours', async () => {
  const { subscribe, whole, part, bill, account } = openLedger(prices, coupons, tiers)
  for (const named of [false, true]) {
    const of = (name: string) => `${name}${named ? ', named' : ''}`

    // Half for ever: 1000 / 2 → 2000 / 2.
    const forever = of('forever')
    subscribe(forever, [['2000']], { ...itemized, discounts: [['half']] })
    bill(forever, january, [whole(forever, '1000', january, february, 1000, less(500, `di_${forever}_0`))])
    bill(forever, middle, [
      part(forever, '1000', middle, february, -500, { named, ...less(-250, `di_${forever}_0`) }),
      part(forever, '2000', middle, february, 1000, { named, ...less(500, `di_${forever}_0`) }),
    ])

    // A quarter off from the upgrade on, for two months: 1000 → 2000 × 0.75 → 2000.
    const begun = of('begun')
    subscribe(begun, [['2000']], itemized)
    bill(begun, january, [whole(begun, '1000', january, february, 1000)])
    bill(begun, middle, [
      part(begun, '1000', middle, february, -500, { named }),
      part(begun, '2000', middle, february, 1000, { named, ...less(250, 'di_gone') }),
    ])
    bill(begun, february, [whole(begun, '2000', february, march, 2000, less(500, 'di_gone'))])
    bill(begun, march, [whole(begun, '2000', march, on('04-01'), 2000)])

    // 4 units are 4 × 100 + 1000 = 1400, and 7 are 5 × 100 + 1000 + 2 × 50 = 1600. Half of each, for ever.
    const tiered = of('tiered')
    subscribe(tiered, [['tiers', 7]], { ...itemized, discounts: [['half']] })
    const off = (amount: number) => ({ named, ...less(amount, `di_${tiered}_0`) })
    bill(tiered, january, [whole(tiered, 'tiers', january, february, 1400, { quantity: 4, ...off(700) })])
    bill(tiered, middle, [
      part(tiered, 'tiers', middle, february, -700, { quantity: 4, ...off(-350) }),
      part(tiered, 'tiers', middle, february, 800, { quantity: 7, ...off(400) }),
    ])
  }
  // A discount that is used once is no change of MRR.
  subscribe('once', [['2000']], { ...itemized, discounts: [['once']] })
  bill('once', january, [whole('once', '1000', january, february, 1000)])
  bill('once', middle, [
    part('once', '1000', middle, february, -500),
    part('once', '2000', middle, february, 1000, less(500, 'di_once_0')),
  ])
  // Without itemizing, a line is net and names its discounts with amounts of 0.
  subscribe('included', [['2000']], { discounts: [['half']] })
  bill('included', january, [whole('included', '1000', january, february, 1000, less(500, 'di_included_0'))])
  bill('included', middle, [
    part('included', '1000', middle, february, -250, less(0, 'di_included_0')),
    part('included', '2000', middle, february, 500, less(0, 'di_included_0')),
  ])

  const { view } = await openSynced(account())
  const both = (name: string, ...lines: string[]) =>
    [name, `${name}, named`].flatMap((id) => lines.map((line) => `cus_${id} ${line}`))
  expect(await view('mrr_changes', changes, { order: 'customer_id collate "C", day' })).toEqual([
    ...both('begun', '01-01 new 0 1000', '01-16 expansion 1000 1500', '03-01 expansion 1500 2000'),
    ...both('forever', '01-01 new 0 500', '01-16 expansion 500 1000'),
    'cus_included 01-01 new 0 500',
    'cus_included 01-16 expansion 500 1000',
    'cus_once 01-01 new 0 1000',
    'cus_once 01-16 expansion 1000 2000',
    ...both('tiered', '01-01 new 0 700', '01-16 expansion 700 800'),
  ])
})

test('a month that is free has no tax on its line, and the MRR without the tax of the months around it', async () => {
  const { subscribe, renew, account } = openLedger(prices, coupons)
  const taxed = inclusive(190)
  // 1190 contain 190. The first or the latest month costs nothing.
  subscribe('first', [['gross']], { discounts: [['first month']] })
  renew('first', 'gross', [1, 2], 1190, { ...less(1190, 'di_first_0'), ...inclusive(0) })
  renew('first', 'gross', [2, 4], 1190, taxed)
  subscribe('latest', [['gross']], { discounts: [['first month']] })
  renew('latest', 'gross', [1, 3], 1190, taxed)
  renew('latest', 'gross', [3, 4], 1190, { ...less(1190, 'di_latest_0'), ...inclusive(0) })
  // 595 contain 95.
  subscribe('half', [['gross']], { discounts: [['once']] })
  renew('half', 'gross', [1, 2], 1190, { ...less(595, 'di_half_0'), ...inclusive(95) })
  renew('half', 'gross', [2, 4], 1190, taxed)
  // A trial has neither amount nor tax: what its price contains is not known.
  subscribe('trial', [['gross']], { status: 'trialing', trial_start: january, trial_end: 4_070_908_800 })
  renew('trial', 'gross', [1, 2], 0, inclusive(0))

  const { view } = await openSynced(account())
  expect(await view('mrr_changes', changes)).toEqual([
    'cus_first 01-01 new 0 1000',
    'cus_half 01-01 new 0 1000',
    'cus_latest 01-01 new 0 1000',
  ])
  expect(await view('item_mrr', 'subscription_id, state, mrr')).toEqual([
    'first active 1000',
    'half active 1000',
    'latest active 1000',
    'trial trialing 1190',
  ])
})
