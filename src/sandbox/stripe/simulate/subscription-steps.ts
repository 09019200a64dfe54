import type { StripeObject } from '../resource.ts'
import { embeddedItem } from '../resources/subscription-items.ts'
import { collect, draft, itemsOf } from './billing.ts'
import type { Stage } from './simulated-account.ts'
import type { Step } from './steps.ts'

/** Customers and their subscriptions. */
export const subscribing: Readonly<Record<string, Step>> = {
  'customer signs up': (stage) => stage.insert('customers').id,
  'customer changes': (stage) => {
    const customer = stage.pick('customers')
    if (!customer) return
    stage.update('customers', customer.id, {
      name: `Umbenannt ${stage.random() % 1_000}`,
      balance: -(stage.random() % 900),
    })
    return customer.id
  },
  'customer changes twice in a second': (stage) => {
    const customer = stage.pick('customers')
    if (!customer) return
    stage.update('customers', customer.id, { delinquent: true, description: `first ${stage.random()}` })
    stage.update('customers', customer.id, { delinquent: false, description: `second ${stage.random()}` })
    return customer.id
  },
  'customer is deleted': (stage) => {
    const customer = stage.pick('customers')
    if (!customer) return
    stage.remove('customers', customer.id)
    return customer.id
  },
  'customer comes and goes': (stage) => {
    const { id } = stage.insert('customers')
    stage.remove('customers', id)
    return id
  },
  'customer subscribes': (stage) => {
    const customer = stage.pick('customers')
    if (!customer) return
    const subscription = stage.insert('subscriptions', { customer: customer.id, status: 'active', ...running })
    collect(stage, draft(stage, subscription), true)
    return subscription.id
  },
  'subscription changes quantity': (stage) => {
    const subscription = active(stage)
    if (!subscription) return
    const [first, ...rest] = itemsOf(stage, subscription.id)
    if (!first) return
    stage.update('subscriptions', subscription.id, {
      items: [{ ...first, quantity: 1 + (stage.random() % 50) }, ...rest],
    })
    return subscription.id
  },
  'subscription changes twice in a second': (stage) => {
    const subscription = active(stage)
    if (!subscription) return
    stage.update('subscriptions', subscription.id, { metadata: { step: 'one' }, status: 'past_due' })
    stage.update('subscriptions', subscription.id, {
      metadata: { step: `two ${stage.random() % 99}` },
      status: 'active',
    })
    return subscription.id
  },
  'subscription replaces an item': (stage) => {
    const subscription = active(stage)
    if (!subscription) return
    const kept = itemsOf(stage, subscription.id)
    const last = kept.findLastIndex((item) => !String(item.price.nickname).startsWith('inline'))
    const added = newItem(stage, subscription)
    if (last < 0 || !added) return
    stage.update('subscriptions', subscription.id, { items: kept.toSpliced(last, 1, added) })
    return subscription.id
  },
  'subscription grows past ten items': (stage) => {
    const subscription = active(stage)
    if (!subscription) return
    const added = Array.from({ length: 12 }, () => newItem(stage, subscription)).filter((item) => item !== undefined)
    stage.update('subscriptions', subscription.id, { items: [...itemsOf(stage, subscription.id), ...added] })
    return subscription.id
  },
  'subscription ends with its period': (stage) => {
    const subscription = active(stage)
    if (!subscription) return
    const at = stage.now() + 20 * 86_400
    stage.update('subscriptions', subscription.id, {
      cancel_at_period_end: true,
      cancel_at: at,
      canceled_at: stage.now(),
    })
    return subscription.id
  },
  'subscription is canceled': (stage) => {
    const subscription = active(stage)
    if (!subscription) return
    const now = stage.now()
    stage.update('subscriptions', subscription.id, { status: 'canceled', canceled_at: now, ended_at: now })
    return subscription.id
  },
  'schedule is released': (stage) => {
    const schedule = stage.pick('subscription_schedules', ({ status }) => status === 'active')
    if (!schedule) return
    const released = { status: 'released', released_at: stage.now(), released_subscription: schedule.subscription }
    stage.update('subscription_schedules', schedule.id, { ...released, subscription: null, current_phase: null })
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

const active = (stage: Stage) =>
  stage.pick('subscriptions', ({ status }) => status === 'active' || status === 'past_due')

/** At a listed price in the currency of the subscription. */
function newItem(stage: Stage, subscription: StripeObject) {
  const price = stage.pick(
    'prices',
    ({ recurring, nickname, currency }) =>
      recurring !== null && currency === subscription.currency && !String(nickname).startsWith('inline'),
  )
  return price && embeddedItem({ id: stage.newId('si_'), subscription: subscription.id, price, now: stage.now() })
}
