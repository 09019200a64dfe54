import type { StripeObject } from '../resource.ts'
import { embeddedItem } from '../resources/subscription-items.ts'
import { collect, draft, itemsOf } from './billing.ts'
import type { SimulatedAccount, Step } from './simulated-account.ts'

/** Customers and their subscriptions. */
export const subscriptionSteps: Readonly<Record<string, Step>> = {
  'customer signs up': (account) => account.insert('customers').id,
  'customer changes': (account) => {
    const customer = account.pick('customers')
    if (!customer) return
    account.update('customers', customer.id, {
      name: `Umbenannt ${account.random() % 1_000}`,
      balance: -(account.random() % 900),
    })
    return customer.id
  },
  'customer changes twice in a second': (account) => {
    const customer = account.pick('customers')
    if (!customer) return
    account.update('customers', customer.id, { delinquent: true, description: `first ${account.random()}` })
    account.update('customers', customer.id, { delinquent: false, description: `second ${account.random()}` })
    return customer.id
  },
  'customer is deleted': (account) => {
    const customer = account.pick('customers')
    if (!customer) return
    account.remove('customers', customer.id)
    return customer.id
  },
  'customer comes and goes': (account) => {
    const { id } = account.insert('customers')
    account.remove('customers', id)
    return id
  },
  'customer subscribes': (account) => {
    const customer = account.pick('customers')
    if (!customer) return
    const subscription = account.insert('subscriptions', { customer: customer.id, status: 'active', ...running })
    collect(account, draft(account, subscription), true)
    return subscription.id
  },
  'subscription changes quantity': (account) => {
    const subscription = active(account)
    if (!subscription) return
    const [first, ...rest] = itemsOf(account, subscription.id)
    if (!first) return
    account.update('subscriptions', subscription.id, {
      items: [{ ...first, quantity: 1 + (account.random() % 50) }, ...rest],
    })
    return subscription.id
  },
  'subscription changes twice in a second': (account) => {
    const subscription = active(account)
    if (!subscription) return
    account.update('subscriptions', subscription.id, { metadata: { step: 'one' }, status: 'past_due' })
    account.update('subscriptions', subscription.id, {
      metadata: { step: `two ${account.random() % 99}` },
      status: 'active',
    })
    return subscription.id
  },
  'subscription replaces an item': (account) => {
    const subscription = active(account)
    if (!subscription) return
    const items = itemsOf(account, subscription.id)
    const last = items.findLastIndex((item) => !String(item.price.nickname).startsWith('inline'))
    const added = newItem(account, subscription)
    if (last < 0 || !added) return
    account.update('subscriptions', subscription.id, { items: items.toSpliced(last, 1, added) })
    return subscription.id
  },
  'subscription grows past ten items': (account) => {
    const subscription = active(account)
    if (!subscription) return
    const added = Array.from({ length: 12 }, () => newItem(account, subscription)).filter((item) => item !== undefined)
    account.update('subscriptions', subscription.id, { items: [...itemsOf(account, subscription.id), ...added] })
    return subscription.id
  },
  'subscription ends with its period': (account) => {
    const subscription = active(account)
    if (!subscription) return
    const at = account.now() + 20 * 86_400
    account.update('subscriptions', subscription.id, {
      cancel_at_period_end: true,
      cancel_at: at,
      canceled_at: account.now(),
    })
    return subscription.id
  },
  'subscription is canceled': (account) => {
    const subscription = active(account)
    if (!subscription) return
    const now = account.now()
    account.update('subscriptions', subscription.id, { status: 'canceled', canceled_at: now, ended_at: now })
    return subscription.id
  },
  'schedule is released': (account) => {
    const schedule = account.pick('subscription_schedules', ({ status }) => status === 'active')
    if (!schedule) return
    const released = { status: 'released', released_at: account.now(), released_subscription: schedule.subscription }
    account.update('subscription_schedules', schedule.id, { ...released, subscription: null, current_phase: null })
    return schedule.id
  },
}

const running = {
  canceled_at: null,
  cancel_at: null,
  cancel_at_period_end: false,
  ended_at: null,
  schedule: null,
  latest_invoice: null,
}

const active = (account: SimulatedAccount) =>
  account.pick('subscriptions', ({ status }) => status === 'active' || status === 'past_due')

/** An item with a listed price in the currency of the subscription. */
function newItem(account: SimulatedAccount, subscription: StripeObject) {
  const price = account.pick(
    'prices',
    ({ recurring, nickname, currency }) =>
      recurring !== null && currency === subscription.currency && !String(nickname).startsWith('inline'),
  )
  return price && embeddedItem({ id: account.newId('si_'), subscription: subscription.id, price, now: account.now() })
}
