import type { Dataset } from '../dataset.ts'
import { inCurrency, type Money, money } from '../money.ts'
import type { Fields } from '../paypal-object.ts'
import { day, timestamp } from '../timestamps.ts'

export function planAt(n: number, data: Dataset): Fields {
  const created = planCreated(n, data)
  return {
    id: data.id('plans', n),
    product_id: data.id('products', n % Math.max(data.count('products'), 1)),
    name: `Plan ${n}`,
    status: n % 9 === 4 ? 'INACTIVE' : n % 11 === 7 ? 'CREATED' : 'ACTIVE',
    ...(n % 2 === 0 ? { description: 'Monatlich kündbar' } : {}),
    billing_cycles: cyclesOf(n, created),
    payment_preferences: {
      auto_bill_outstanding: true,
      ...(n % 5 === 1
        ? { setup_fee: money(inCurrency(1_000, planPrice(n).currency_code), planPrice(n).currency_code) }
        : {}),
      setup_fee_failure_action: 'CONTINUE',
      payment_failure_threshold: 3,
    },
    ...(n % 4 === 2 ? { taxes: { percentage: '10', inclusive: false } } : {}),
    quantity_supported: n % 3 === 0,
    create_time: timestamp(created),
    update_time: timestamp(created + (n % 2) * 30 * day),
  }
}

/** What the regular cycle of a plan costs, for one. */
export function planPrice(n: number): Money {
  const currency = ['USD', 'EUR', 'JPY', 'USD', 'KWD'][n % 5] ?? 'USD'
  return money(inCurrency(990 + (n % 60) * 250, currency), currency)
}

const planCreated = (n: number, data: Dataset) => data.now - 4 * 365 * day + n * day + 60

function cyclesOf(n: number, created: number): readonly Fields[] {
  const price = planPrice(n)
  const regular = {
    pricing_scheme: {
      version: 1,
      ...(n % 8 === 6 ? tiersOf(n, price) : { fixed_price: price }),
      create_time: timestamp(created),
      update_time: timestamp(created),
    },
    frequency: frequencies[n % frequencies.length],
    tenure_type: 'REGULAR',
    total_cycles: n % 6 === 5 ? 12 : 0,
  }
  const free = {
    frequency: { interval_unit: 'WEEK', interval_count: 2 },
    tenure_type: 'TRIAL',
    total_cycles: 1,
  }
  const cheap = {
    pricing_scheme: { version: 1, fixed_price: money(inCurrency(100, price.currency_code), price.currency_code) },
    frequency: { interval_unit: 'MONTH', interval_count: 1 },
    tenure_type: 'TRIAL',
    total_cycles: 2,
  }
  const trials = n % 3 === 1 ? [free] : n % 6 === 2 ? [free, cheap] : []
  return [...trials, regular].map((cycle, at) => ({ ...cycle, sequence: at + 1 }))
}

function tiersOf(n: number, { currency_code }: Money): Fields {
  return {
    pricing_model: n % 16 === 6 ? 'VOLUME' : 'TIERED',
    tiers: [
      { starting_quantity: '1', ending_quantity: '10', amount: money(inCurrency(500, currency_code), currency_code) },
      { starting_quantity: '11', amount: money(inCurrency(400, currency_code), currency_code) },
    ],
  }
}

const frequencies = [
  { interval_unit: 'MONTH', interval_count: 1 },
  { interval_unit: 'YEAR', interval_count: 1 },
  { interval_unit: 'WEEK', interval_count: 2 },
  { interval_unit: 'DAY', interval_count: 30 },
]
