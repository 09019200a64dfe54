import { apps } from '../apps.ts'
import { type Fields, fieldOf, type ShopifyObject } from '../shopify-object.ts'
import { day, timestamp } from '../timestamps.ts'
import type { SimulatedShop, Step } from './simulated-shop.ts'

/** Contracts of this app and the attempts to bill them. */
export const subscriptionSteps: Readonly<Record<string, Step>> = {
  'contract begins': (shop) => {
    const customer = shop.pick('customers', ({ tags }) => !(Array.isArray(tags) && tags.includes('simulated')))
    return shop.insert('subscriptionContracts', {
      app: { id: apps.billingSync.id, __typename: 'App', title: apps.billingSync.title },
      status: 'ACTIVE',
      customer: customer ? { id: customer.id } : null,
      originOrder: null,
      lastPaymentStatus: null,
      lastBillingAttemptErrorType: null,
      nextBillingDate: timestamp(shop.now() + 30 * day),
    }).id
  },
  'contract is paused': (shop) => becomes(shop, ['ACTIVE'], { status: 'PAUSED' }),
  'contract is resumed': (shop) => becomes(shop, ['PAUSED'], { status: 'ACTIVE' }),
  'contract is cancelled': (shop) =>
    becomes(shop, ['ACTIVE', 'PAUSED'], { status: 'CANCELLED', nextBillingDate: null }),
  'contract expires': (shop) => becomes(shop, ['ACTIVE'], { status: 'EXPIRED', nextBillingDate: null }),
  'contract fails': (shop) =>
    becomes(shop, ['ACTIVE'], {
      status: 'FAILED',
      lastPaymentStatus: 'FAILED',
      lastBillingAttemptErrorType: 'PAYMENT_ERROR',
    }),
  'contract loses a line': (shop) => {
    const contract = shop.pick('subscriptionContracts', (object) => isOwn(object) && linesOf(object).length > 1)
    return contract && shop.update('subscriptionContracts', contract.id, { lines: linesOf(contract).slice(1) }).id
  },
  'billing is attempted': (shop) => {
    const contract = shop.pick('subscriptionContracts', (object) => isOwn(object) && object.status === 'ACTIVE')
    if (!contract) return
    const state = { __typename: 'SubscriptionBillingAttemptPendingState' }
    const reference = { subscriptionContract: { id: contract.id }, completedAt: null, originTime: null }
    return shop.insert('subscriptionBillingAttempts', { ...reference, state, idempotencyKey: `at-${shop.now()}` }).id
  },
  'attempt succeeds': (shop) => complete(shop, 'Success'),
  'attempt fails': (shop) => complete(shop, 'Failed'),
}

const isOwn = ({ app }: ShopifyObject) => fieldOf(app, 'id') === apps.billingSync.id
const linesOf = ({ lines }: ShopifyObject): readonly unknown[] => (Array.isArray(lines) ? lines : [])

function becomes(shop: SimulatedShop, from: readonly string[], patch: Fields): string | undefined {
  const contract = shop.pick('subscriptionContracts', (object) => isOwn(object) && from.includes(String(object.status)))
  return contract && shop.update('subscriptionContracts', contract.id, patch).id
}

function complete(shop: SimulatedShop, state: 'Success' | 'Failed'): string | undefined {
  const attempt = shop.pick('subscriptionBillingAttempts', ({ completedAt }) => completedAt === null)
  const done = { completedAt: timestamp(shop.now()), state: { __typename: `SubscriptionBillingAttempt${state}State` } }
  return attempt && shop.update('subscriptionBillingAttempts', attempt.id, done).id
}
