import { expect, test } from 'vitest'
import { ended, inclusive, less, middle, day as on, openLedger } from './stripe-ledger.ts'
import { coupon, price, seconds } from './stripe-payloads.ts'
import { openSynced } from './synced-account.ts'

/* Pairs of rules on one subscription, from payloads of Stripe to movements, computed by hand. Amounts are in cents. */

const amounts = (up_to: number | null, unit: number, flat: number | null = null) => ({
  up_to,
  unit_amount: unit,
  unit_amount_decimal: String(unit),
  flat_amount: flat,
  flat_amount_decimal: flat && String(flat),
})
const option = (amount: number) => ({
  currency_options: { eur: { unit_amount: amount, unit_amount_decimal: String(amount) } },
})
const prices = [
  ...[500, 1000, 1500, 2000].map((amount) => price(String(amount), amount)),
  price('yearly', 12000, { recurring: { interval: 'year' } }),
  price('yearly seats', null, { tiers_mode: 'volume', recurring: { interval: 'year' } }),
  price('weekly', 700, { recurring: { interval: 'week' } }),
  price('boxes', 500, { transform_quantity: { divide_by: 10, round: 'up' } }),
  price('tiers', null, { tiers_mode: 'graduated' }),
  price('taxed', 1190, { tax_behavior: 'inclusive' }),
  price('taxed twice', 2380, { tax_behavior: 'inclusive' }),
  price('dollars', 1100, { currency: 'usd' }),
  price('more dollars', 2200, { currency: 'usd' }),
]
const coupons = [
  coupon('half', { percent_off: 50 }),
  coupon('once', { percent_off: 50, duration: 'once' }),
  coupon('three months', { percent_off: 50, duration: 'repeating', duration_in_months: 3 }),
]
const ledger = openLedger(prices, coupons, {
  'yearly seats': { tiers: [amounts(5, 1200), amounts(null, 1080)] },
  tiers: { tiers: [amounts(5, 100, 1000), amounts(null, 50)] },
  dollars: option(950),
  'more dollars': option(1900),
})
const { subscribe, whole, part, bill, renew } = ledger
const [january, february, march, april, july] = ['01-01', '02-01', '03-01', '04-01', '07-02'].map((date) =>
  on(date),
) as [number, number, number, number, number]
const newYear = seconds('2027-01-01')
const expected: string[] = []
const expectOf = (customer: string, ...lines: string[]) =>
  expected.push(...lines.map((line) => `cus_${customer} ${line}`))

// 1000 × 1 → 1500 × 3 in one proration, which waits for the invoice of February.
subscribe('price and seats', [['1500', 3]])
renew('price and seats', '1000', [1, 2], 1000)
bill('price and seats', february, [
  part('price and seats', '1000', middle, february, -500),
  part('price and seats', '1500', middle, february, 2250, { quantity: 3, named: true }),
  whole('price and seats', '1500', february, march, 4500, { quantity: 3 }),
])
expectOf('price and seats', '01-01 eur new 0 1000', '01-16 eur expansion 1000 4500')

// 12000 / 12 → 1500. The credit is for the rest of the year.
subscribe('yearly to monthly', [['1500']])
bill('yearly to monthly', january, [whole('yearly to monthly', 'yearly', january, newYear, 12000)])
bill('yearly to monthly', april, [
  part('yearly to monthly', 'yearly', april, newYear, -9041),
  whole('yearly to monthly', '1500', april, on('05-01'), 1500),
])
expectOf('yearly to monthly', '01-01 eur new 0 1000', '04-01 eur expansion 1000 1500')

// 4 seats at 1200 a year are 400 a month, and 10 at 1080 are 900. Half of the year is left.
subscribe('seats of a year', [['yearly seats', 10]])
bill('seats of a year', january, [whole('seats of a year', 'yearly seats', january, newYear, 4800, { quantity: 4 })])
const noon = on('07-02', '12:00:00')
bill('seats of a year', noon, [
  part('seats of a year', 'yearly seats', noon, newYear, -2400, { quantity: 4 }),
  part('seats of a year', 'yearly seats', noon, newYear, 5400, { quantity: 10 }),
])
expectOf('seats of a year', '01-01 eur new 0 400', '07-02 eur expansion 400 900')

// 15 units are 2 packages of 500, and 31 are 4.
subscribe('boxes', [['boxes', 31]])
renew('boxes', 'boxes', [1, 2], 1000, { quantity: 15 })
bill('boxes', middle, [
  part('boxes', 'boxes', middle, february, -500, { quantity: 15 }),
  part('boxes', 'boxes', middle, february, 1000, { quantity: 31 }),
])
expectOf('boxes', '01-01 eur new 0 1000', '01-16 eur expansion 1000 2000')

// A line a tier: 4 × 100 + 1000 = 1400, and 5 × 100 + 1000 + 2 × 50 = 1600, of which a half is charged.
subscribe('lines of tiers', [['tiers', 7]])
bill('lines of tiers', january, [
  whole('lines of tiers', 'tiers', january, february, 400, { quantity: 4 }),
  whole('lines of tiers', 'tiers', january, february, 1000, { quantity: 0 }),
])
bill('lines of tiers', middle, [
  part('lines of tiers', 'tiers', middle, february, -700, { quantity: 4 }),
  part('lines of tiers', 'tiers', middle, february, 750, { quantity: 5 }),
  part('lines of tiers', 'tiers', middle, february, 50, { quantity: 2 }),
])
expectOf('lines of tiers', '01-01 eur new 0 1400', '01-16 eur expansion 1400 1600')

// 1190 contain 190. Half for ever: (1190 − 595) − 95 = 500, and of 2380 it is 1000. Prorated lines are net.
subscribe('tax and half', [['taxed twice']], { discounts: [['half']] })
renew('tax and half', 'taxed', [1, 2], 1190, { ...less(595, 'di_tax and half_0'), ...inclusive(95) })
bill('tax and half', middle, [
  part('tax and half', 'taxed', middle, february, -298, inclusive(-48)),
  part('tax and half', 'taxed twice', middle, february, 595, inclusive(95)),
])
renew('tax and half', 'taxed twice', [2, 3], 2380, { ...less(1190, 'di_tax and half_0'), ...inclusive(190) })
expectOf('tax and half', '01-01 eur new 0 500', '01-16 eur expansion 500 1000')

// Two of 950, then two of 1900: the options of the prices in euros.
subscribe('options', [['more dollars', 2]], { currency: 'eur' })
const euros = { currency: 'eur', quantity: 2 }
const unit = { type: 'price_details', price_details: { price: 'dollars', product: 'prod' }, unit_amount_decimal: '950' }
renew('options', 'dollars', [1, 2], 1900, { ...euros, pricing: unit })
bill('options', middle, [
  part('options', 'dollars', middle, february, -950, euros),
  part('options', 'more dollars', middle, february, 1900, euros),
])
expectOf('options', '01-01 eur new 0 1900', '01-16 eur expansion 1900 3800')

// A trial whose end finds a coupon of a half, and a trial that was made longer.
subscribe('trial and coupon', [['1000']], { trial_start: on('01-10'), trial_end: on('01-24'), discounts: [['half']] })
bill('trial and coupon', on('01-10'), [whole('trial and coupon', '1000', on('01-10'), on('01-24'), 0)])
bill('trial and coupon', on('01-24'), [
  whole('trial and coupon', '1000', on('01-24'), on('02-24'), 1000, less(500, 'di_trial and coupon_0')),
])
expectOf('trial and coupon', '01-24 eur new 0 500')
subscribe('longer trial', [['1000']], { trial_start: january, trial_end: on('02-15') })
bill('longer trial', january, [whole('longer trial', '1000', january, february, 0)])
bill('longer trial', on('01-25'), [whole('longer trial', '1000', on('01-25'), on('02-15'), 0)])
bill('longer trial', on('02-15'), [whole('longer trial', '1000', on('02-15'), on('03-15'), 1000)])
expectOf('longer trial', '02-15 eur new 0 1000')

// Paused for a week of March: 700 × 52 / 12 = 3033.33.
subscribe('a week', [['weekly']])
const weeks = ['03-02', '03-09', '03-16', '03-23'].map((date) => on(date))
for (const at of [0, 1, 2])
  bill(
    'a week',
    weeks[at]!,
    [whole('a week', 'weekly', weeks[at]!, weeks[at + 1]!, 700)],
    at === 1 ? { status: 'void', attempted: false } : {},
  )
expectOf('a week', '03-02 eur new 0 3033', '03-09 eur churn 3033 0', '03-16 eur reactivation 0 3033')

// Gone on the 10th, and back on the 20th with another plan. Within a day it is an upgrade.
for (const [name, left, back] of [
  ['back in the month', on('03-10'), on('03-20')],
  ['back in the day', on('03-10', '21:30:00'), on('03-10', '23:30:00')],
] as const) {
  const customer = `cus_${name}`
  subscribe(`${name} 1`, [['1000']], ended(left, { customer }))
  renew(`${name} 1`, '1000', [1, 4], 1000)
  subscribe(`${name} 2`, [['1500']], { customer, start_date: back })
  bill(`${name} 2`, back, [whole(`${name} 2`, '1500', back, back + 31 * 86_400, 1500)])
}
expectOf('back in the day', '01-01 eur new 0 1000', '03-10 eur expansion 1000 1500')
expectOf('back in the month', '01-01 eur new 0 1000', '03-10 eur churn 1000 0', '03-20 eur reactivation 0 1500')

// The customer's next subscription is in dollars.
subscribe('euros', [['1000']], ended(march, { customer: 'cus_currency' }))
renew('euros', '1000', [1, 3], 1000)
subscribe('then dollars', [['dollars']], { customer: 'cus_currency', start_date: march })
bill('then dollars', march, [whole('then dollars', 'dollars', march, april, 1100)])
expectOf('currency', '01-01 eur new 0 1000', '03-01 eur churn 1000 0', '03-01 usd new 0 1100')

// Three months with a coupon from the 15th on, and an upgrade under it: 500 → 1000, and 2000 when it is over.
const days = ['01-15', '02-15', '03-15', '04-15', '05-15'].map((date) => on(date))
subscribe('coupon and upgrade', [['2000']])
const taken = (amount: number) => less(amount, 'di_gone')
bill('coupon and upgrade', days[0]!, [whole('coupon and upgrade', '1000', days[0]!, days[1]!, 1000, taken(500))])
bill('coupon and upgrade', days[1]!, [
  part('coupon and upgrade', '1000', february, days[1]!, -226),
  part('coupon and upgrade', '2000', february, days[1]!, 452),
  whole('coupon and upgrade', '2000', days[1]!, days[2]!, 2000, taken(1000)),
])
bill('coupon and upgrade', days[2]!, [whole('coupon and upgrade', '2000', days[2]!, days[3]!, 2000, taken(1000))])
bill('coupon and upgrade', days[3]!, [whole('coupon and upgrade', '2000', days[3]!, days[4]!, 2000)])
expectOf('coupon and upgrade', '01-15 eur new 0 500', '02-01 eur expansion 500 1000', '04-15 eur expansion 1000 2000')

// Made on March 10 for January 1: by the periods of its lines.
subscribe('backdated', [['1000']], { created: on('03-10'), start_date: january })
bill(
  'backdated',
  on('03-10'),
  [january, february, march].map((from, at) => whole('backdated', '1000', from, [february, march, april][at]!, 1000)),
)
expectOf('backdated', '01-01 eur new 0 1000')

// One item goes down and the other up, at one time and by the same amount.
subscribe('up and down', [['1000'], ['500', 3]])
bill('up and down', january, [
  whole('up and down', '2000', january, february, 2000),
  whole('up and down', '500', january, february, 500, { at: 1 }),
])
bill('up and down', february, [
  part('up and down', '2000', middle, february, -1000),
  part('up and down', '1000', middle, february, 500),
  part('up and down', '500', middle, february, -250, { at: 1 }),
  part('up and down', '500', middle, february, 750, { at: 1, quantity: 3 }),
  whole('up and down', '1000', february, march, 1000),
  whole('up and down', '500', february, march, 1500, { at: 1, quantity: 3 }),
])
expectOf('up and down', '01-01 eur new 0 2500')

// An upgrade whose invoice is void counts from the renewal on. A proration of January that March bills changes January.
subscribe('void upgrade', [['2000']])
renew('void upgrade', '1000', [1, 2], 1000)
bill(
  'void upgrade',
  middle,
  [part('void upgrade', '1000', middle, february, -500), part('void upgrade', '2000', middle, february, 1000)],
  { status: 'void' },
)
renew('void upgrade', '2000', [2, 3], 2000)
expectOf('void upgrade', '01-01 eur new 0 1000', '02-01 eur expansion 1000 2000')
subscribe('late', [['500', 2]])
renew('late', '500', [1, 2], 500)
renew('late', '500', [2, 3], 1000, { quantity: 2 })
bill('late', march, [
  part('late', '500', middle, february, -250),
  part('late', '500', middle, february, 500, { quantity: 2 }),
  whole('late', '500', march, april, 1000, { quantity: 2 }),
])
expectOf('late', '01-01 eur new 0 500', '01-16 eur expansion 500 1000')

// A year that was paid ends with its subscription, also without a credit.
subscribe('year cut', [['yearly']], ended(july))
bill('year cut', january, [whole('year cut', 'yearly', january, newYear, 12000)])
expectOf('year cut', '01-01 eur new 0 1000', '07-02 eur churn 1000 0')

test('the movements of customers are those of the rules that meet on their subscriptions', async () => {
  const { view } = await openSynced(ledger.account())
  const changes = await view(
    'mrr_changes',
    `customer_id, to_char(day, 'MM-DD'), currency, kind, mrr_before, mrr_after`,
    {
      order: 'customer_id, day, currency',
    },
  )
  expect(changes.toSorted()).toEqual(expected.toSorted())
})
