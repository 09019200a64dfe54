import { seedFor } from '../../server/random.ts'
import type { Dataset } from '../resource.ts'

/** The facts of a price that subscription items, invoice lines and plans must agree on. */
export interface PriceFacts {
  readonly n: number
  readonly product: string
  readonly currency: string
  readonly active: boolean
  /** Created inline by a subscription: no list shows it, but GET by id does, and the item embeds it. */
  readonly inline: boolean
  /** Null if the price has fractions of the minor unit, which only the decimal can hold. */
  readonly unitAmount: number | null
  readonly unitAmountDecimal: string
  readonly interval: 'month' | 'year' | 'week' | null
  readonly intervalCount: number
}

const currencies = ['eur', 'usd', 'jpy', 'isk', 'brl', 'egp', 'pln'] as const

/** One subscription in ten has an inline price. */
const hasInlinePrice = (subscription: number) => subscription % 10 === 3

function inlinePrices(dataset: Dataset): number {
  const owners = Math.floor((dataset.count('subscriptions') + 6) / 10)
  return Math.min(owners, Math.floor(dataset.count('prices') / 3))
}

export function priceAt(dataset: Dataset, n: number): PriceFacts {
  const listed = dataset.count('prices') - inlinePrices(dataset)
  const products = Math.max(dataset.count('products'), 1)
  const inline = n >= listed && n < dataset.count('prices')
  const owner = (n - listed) * 10 + 3
  const random = dataset.draw('prices', n)
  const amount = 100 * (1 + (random() % 490))
  const fine = !inline && n % 11 === 10
  return {
    n,
    product: dataset.id('products', n % products),
    currency: inline ? subscriptionCurrency(dataset, owner) : (currencies[n % currencies.length] ?? 'eur'),
    active: !inline && (n < currencies.length || random() % 5 > 0),
    inline,
    unitAmount: fine ? null : amount,
    unitAmountDecimal: fine ? `${amount / 100}.${String(random() % 1e12).padStart(12, '0')}` : String(amount),
    interval: oneTime(n) && !inline ? null : random() % 4 === 0 ? 'year' : random() % 12 === 0 ? 'week' : 'month',
    intervalCount: random() % 10 === 0 ? 3 : 1,
  }
}

/** The currency of the customer if there is a listed price in it, otherwise euro. */
export function subscriptionCurrency(dataset: Dataset, subscription: number): (typeof currencies)[number] {
  const customer = dataset.parent('subscriptions', subscription)
  const preferred = customer === undefined ? 'eur' : (dataset.shared('customers', customer).currency ?? 'usd')
  const listed = currencies.slice(0, dataset.count('prices') - inlinePrices(dataset))
  return listed.find((currency) => currency === preferred) ?? 'eur'
}

/** The number of the price of the `index`-th item of a subscription. */
export function priceOfItem(dataset: Dataset, subscription: number, index: number): number {
  const inline = inlinePrices(dataset)
  const listed = dataset.count('prices') - inline
  const inlineNumber = Math.floor(subscription / 10)
  if (index === 0 && hasInlinePrice(subscription) && inlineNumber < inline) return listed + inlineNumber
  const currency = subscriptionCurrency(dataset, subscription)
  const first = currencies.indexOf(currency)
  const choices = Math.ceil((listed - first) / currencies.length)
  if (choices < 1) return 0
  const n = first + currencies.length * (seedFor(subscription, index) % choices)
  return oneTime(n) ? first : n
}

const oneTime = (n: number) => n >= currencies.length && n % 9 === 8
