import { inCurrency, money } from '../money.ts'
import { type Fields, fieldOf, type Stored, textAt } from '../paypal-object.ts'
import { day, timestamp } from '../timestamps.ts'
import type { SimulatedMerchant, Step } from './simulated-merchant.ts'
import { anyPayer, pay } from './transactions.ts'

/** What happens to subscriptions: each is followed by a change of status or by a payment that names the subscription. */
export const subscriptionSteps: Readonly<Record<string, Step>> = {
  'subscription is requested': (merchant) => {
    const plan = merchant.pick('plans')
    const payer = anyPayer(merchant)
    const subscriber = {
      email_address: payer.email_address,
      payer_id: payer.account_id,
      name: { given_name: 'Nils', surname: `Neu ${merchant.now()}` },
    }
    const fields = { status: 'APPROVAL_PENDING', plan_id: plan?.key, subscriber, start_time: timestamp(merchant.now()) }
    return merchant.insert('subscriptions', { ...fields, custom_id: undefined, shipping_amount: undefined }).key
  },
  'subscription is approved': (merchant) => become(merchant, ['APPROVAL_PENDING'], { status: 'APPROVED' }),
  'subscription begins': (merchant) =>
    become(merchant, ['APPROVAL_PENDING', 'APPROVED'], {
      status: 'ACTIVE',
      billing_info: billing(0, { next_billing_time: timestamp(merchant.now() + day) }),
    }),
  'subscription pays': (merchant) => {
    const subscription = merchant.pick('subscriptions', ({ status }) => status === 'ACTIVE')
    return subscription && charge(merchant, subscription, {})
  },
  'subscription is revised and pays': (merchant) => {
    const [subscription, plan] = [
      merchant.pick('subscriptions', ({ status }) => status === 'ACTIVE'),
      merchant.pick('plans'),
    ]
    return subscription && plan && charge(merchant, subscription, { plan_id: plan.key, quantity: '4' })
  },
  'subscription is suspended': (merchant) =>
    become(merchant, ['ACTIVE'], { status: 'SUSPENDED', status_change_note: 'Too many failed payments' }),
  'subscription is resumed': (merchant) =>
    become(merchant, ['SUSPENDED'], { status: 'ACTIVE', status_change_note: undefined }),
  'subscription is cancelled': (merchant) => become(merchant, ['ACTIVE', 'SUSPENDED'], { status: 'CANCELLED' }),
  'subscription expires': (merchant) => become(merchant, ['ACTIVE'], { status: 'EXPIRED' }),
}

/** What changes neither the status nor the ledger: only a list of all subscriptions shows it. */
export const unannouncedSteps: Readonly<Record<string, Step>> = {
  'subscription is revised': (merchant) => {
    const subscription = merchant.pick('subscriptions', ({ status }) => status === 'ACTIVE')
    return subscription && merchant.update('subscriptions', subscription.key, { quantity: '9' }).key
  },
  'payment of a subscription fails': (merchant) => {
    const subscription = merchant.pick('subscriptions', ({ billing_info }) => billing_info !== undefined)
    if (!subscription) return
    const { billing_info } = subscription.object
    const failed = Number(fieldOf(billing_info, 'failed_payments_count') ?? 0) + 1
    const info = typeof billing_info === 'object' ? { ...billing_info, failed_payments_count: failed } : {}
    return merchant.update('subscriptions', subscription.key, { billing_info: info }).key
  },
}

function become(merchant: SimulatedMerchant, from: readonly string[], patch: Fields): string | undefined {
  const subscription = merchant.pick('subscriptions', ({ status }) => from.includes(String(status)))
  const changed = { ...patch, status_update_time: timestamp(merchant.now()) }
  return subscription && merchant.update('subscriptions', subscription.key, changed).key
}

/** The payment of a subscription, in the ledger and in the subscription. */
function charge(merchant: SimulatedMerchant, { key, object }: Stored, patch: Fields): string {
  const amount = money(inCurrency(1_500 + (merchant.random() % 5_000), 'USD'), 'USD')
  const subscriber = object.subscriber
  const name = {
    given_name: textAt(subscriber, 'name', 'given_name'),
    surname: textAt(subscriber, 'name', 'surname'),
    alternate_full_name: `${textAt(subscriber, 'name', 'given_name')} ${textAt(subscriber, 'name', 'surname')}`,
  }
  const payer = {
    account_id: fieldOf(subscriber, 'payer_id'),
    email_address: fieldOf(subscriber, 'email_address'),
    payer_status: 'Y',
    payer_name: name,
    country_code: 'DE',
  }
  const reference = { paypal_reference_id: key, paypal_reference_id_type: 'SUB' }
  pay(merchant, { ...reference, transaction_event_code: 'T0002', transaction_amount: amount }, payer)
  const cycles = Number(fieldOf(object.billing_info, 'cycle_executions', '0', 'cycles_completed') ?? 0) + 1
  const last = {
    last_payment: { amount, time: timestamp(merchant.now()) },
    next_billing_time: timestamp(merchant.now() + 30 * day),
  }
  merchant.update('subscriptions', key, { ...patch, billing_info: billing(cycles, last) })
  return key
}

function billing(cycles: number, more: Fields): Fields {
  const regular = {
    tenure_type: 'REGULAR',
    sequence: 1,
    cycles_completed: cycles,
    cycles_remaining: 0,
    total_cycles: 0,
  }
  return {
    outstanding_balance: money(0, 'USD'),
    cycle_executions: [regular],
    failed_payments_count: 0,
    ...more,
  }
}
