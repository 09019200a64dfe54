import { inCurrency } from '../money.ts'
import type { Dataset } from '../resource.ts'
import { customerBefore } from './customer-before.ts'
import { blockSize, currencyOf, locationOfBlock } from './location-of.ts'
import { priceOf } from './variation-facts.ts'

export type SubscriptionState = 'PENDING' | 'ACTIVE' | 'CANCELED' | 'DEACTIVATED' | 'PAUSED' | 'COMPLETED'

export interface SubscriptionFacts {
  readonly state: SubscriptionState
  readonly location: number
  readonly currency: string
  readonly customer: number | undefined
  readonly variation: number
  /** What an invoice asks for, in the currency of the location. */
  readonly price: number
  /** The price is not that of the variation, as where the location has another currency. */
  readonly overridden: boolean
}

export function subscriptionAt(n: number, data: Dataset): SubscriptionFacts {
  const random = data.draw('subscriptions', n)
  const location = locationOfBlock(n, data)
  const currency = currencyOf(location, data)
  const variation = random() % Math.max(data.count('variations'), 1)
  const listed = priceOf(variation, data)
  const overridden = currency !== listed.currency || n % 11 === 5
  const price = overridden ? inCurrency(1_900 + (random() % 40) * 100, currency) : listed.amount
  const state = states[n % states.length] ?? 'ACTIVE'
  return {
    state,
    location,
    currency,
    customer: customerBefore(n * blockSize, random(), data),
    variation,
    price,
    overridden,
  }
}

const states: readonly SubscriptionState[] = [
  'ACTIVE',
  'ACTIVE',
  'CANCELED',
  'ACTIVE',
  'PAUSED',
  'ACTIVE',
  'DEACTIVATED',
  'ACTIVE',
  'PENDING',
  'CANCELED',
  'COMPLETED',
]
