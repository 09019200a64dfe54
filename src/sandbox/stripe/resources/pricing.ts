import { seedFor } from '../../server/random.ts'
import type { World } from '../dataset.ts'

/** What a price is, without the object around it: what subscription items, invoice lines and plans agree on. */
export interface PriceFacts {
  readonly n: number
  readonly product: string
  readonly currency: string
  readonly active: boolean
  /** Made inline by a subscription: in no list, yet found by id and embedded whole in the item. */
  readonly inline: boolean
  /** Null when the price is finer than the minor unit; then only the decimal says it. */
  readonly unitAmount: number | null
  readonly unitAmountDecimal: string
  readonly interval: 'month' | 'year' | 'week' | null
  readonly intervalCount: number
}

export const currencies = ['eur', 'usd', 'jpy', 'isk', 'brl', 'egp', 'pln'] as const

/** One subscription in ten has a price of its own. */
export const pricesOwn = (subscription: number) => subscription % 10 === 3

export function inlinePrices(world: World): number {
  const owners = Math.floor((world.count('subscriptions') + 6) / 10)
  return Math.min(owners, Math.floor(world.count('prices') / 3))
}

export function priceAt(world: World, n: number): PriceFacts {
  const listed = world.count('prices') - inlinePrices(world)
  const products = Math.max(world.count('products'), 1)
  const inline = n >= listed && n < world.count('prices')
  const owner = (n - listed) * 10 + 3
  const random = world.draw('prices', n)
  const amount = 100 * (1 + (random() % 490))
  const fine = !inline && n % 11 === 10
  return {
    n,
    product: world.id('products', n % products),
    currency: inline ? subscriptionCurrency(world, owner) : (currencies[n % currencies.length] ?? 'eur'),
    active: !inline && (n < currencies.length || random() % 5 > 0),
    inline,
    unitAmount: fine ? null : amount,
    unitAmountDecimal: fine ? `${amount / 100}.${String(random() % 1e12).padStart(12, '0')}` : String(amount),
    interval: oneTime(n) && !inline ? null : random() % 4 === 0 ? 'year' : random() % 12 === 0 ? 'week' : 'month',
    intervalCount: random() % 10 === 0 ? 3 : 1,
  }
}

/** The currency of the customer when there is a listed price in it. */
export function subscriptionCurrency(world: World, subscription: number): (typeof currencies)[number] {
  const customer = world.parent('subscriptions', subscription)
  const wanted = customer === undefined ? 'eur' : (world.shared('customers', customer).currency ?? 'usd')
  const listed = currencies.slice(0, world.count('prices') - inlinePrices(world))
  return listed.find((currency) => currency === wanted) ?? 'eur'
}

/** The number of the price of the `index`-th item of a subscription. */
export function priceOfItem(world: World, subscription: number, index: number): number {
  const inline = inlinePrices(world)
  const listed = world.count('prices') - inline
  const own = Math.floor(subscription / 10)
  if (index === 0 && pricesOwn(subscription) && own < inline) return listed + own
  const currency = subscriptionCurrency(world, subscription)
  const first = currencies.indexOf(currency)
  const choices = Math.ceil((listed - first) / currencies.length)
  if (choices < 1) return 0
  const n = first + currencies.length * (seedFor(subscription, index) % choices)
  return oneTime(n) ? first : n
}

const oneTime = (n: number) => n >= currencies.length && n % 9 === 8
