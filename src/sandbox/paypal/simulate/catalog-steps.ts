import { inCurrency, money } from '../money.ts'
import { timestamp } from '../timestamps.ts'
import type { SimulatedMerchant, Step } from './simulated-merchant.ts'

/** Plans and the products they sell. */
export const catalogSteps: Readonly<Record<string, Step>> = {
  'product is added': (merchant) => merchant.insert('products').key,
  'product is renamed': (merchant) => {
    const product = merchant.pick('products')
    return product && merchant.update('products', product.key, { name: `Renamed at ${merchant.now()}` }).key
  },
  'plan is added': (merchant) => {
    const product = merchant.pick('products')
    return merchant.insert('plans', { product_id: product?.key, billing_cycles: cycles(merchant) }).key
  },
  'plan is renamed': (merchant) => {
    const plan = merchant.pick('plans')
    return plan && merchant.update('plans', plan.key, { name: `Renamed at ${merchant.now()}` }).key
  },
  'plan gets another price': (merchant) => {
    const plan = merchant.pick('plans')
    return plan && merchant.update('plans', plan.key, { billing_cycles: cycles(merchant) }).key
  },
  'plan is deactivated': (merchant) => {
    const plan = merchant.pick('plans', ({ status }) => status === 'ACTIVE')
    return plan && merchant.update('plans', plan.key, { status: 'INACTIVE' }).key
  },
  'plan is activated': (merchant) => {
    const plan = merchant.pick('plans', ({ status }) => status !== 'ACTIVE')
    return plan && merchant.update('plans', plan.key, { status: 'ACTIVE' }).key
  },
}

function cycles({ now, random }: SimulatedMerchant): readonly object[] {
  const time = timestamp(now())
  const price = money(inCurrency(500 + (random() % 9_000), 'USD'), 'USD')
  const scheme = { version: 1 + (random() % 99), fixed_price: price, create_time: time, update_time: time }
  const frequency = { interval_unit: 'MONTH', interval_count: 1 }
  return [{ pricing_scheme: scheme, frequency, tenure_type: 'REGULAR', total_cycles: 0, sequence: 1 }]
}
