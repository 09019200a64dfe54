import { money } from '../money.ts'
import { fieldOf, type SquareObject } from '../square-object.ts'
import { calendarDate, day, timestamp } from '../timestamps.ts'
import { amountIn, currencyIn, pay, takeOrder } from './sales.ts'
import type { SimulatedMerchant, Step } from './simulated-merchant.ts'

/** Customers, subscriptions and invoices. */
export const billingSteps: Readonly<Record<string, Step>> = {
  'customer is added': (merchant) => merchant.insert('customers').id,
  'customer is changed': (merchant) => {
    const customer = merchant.pick('customers')
    return customer && merchant.update('customers', customer.id, { note: `called at ${merchant.now()}` }).id
  },
  'customer is deleted': (merchant) => {
    const customer = merchant.pick('customers')
    if (customer) merchant.remove('customers', customer.id)
    return customer?.id
  },
  'subscription begins': (merchant) => {
    const [customer, variation] = [merchant.pick('customers'), merchant.pick('variations')]
    const location = merchant.data.locations[merchant.random() % 3]
    if (!customer || !variation || !location) return
    return merchant.insert('subscriptions', {
      location_id: location.id,
      plan_variation_id: variation.id,
      customer_id: customer.id,
      start_date: calendarDate(merchant.now()),
      canceled_date: undefined,
      completed_date: undefined,
      charged_through_date: calendarDate(merchant.now() + 30 * day),
      status: 'ACTIVE',
      price_override_money: money(4_200, location.currency),
      actions: undefined,
    }).id
  },
  'subscription is to be canceled': (merchant) => {
    const subscription = merchant.pick('subscriptions', ({ status, actions }) => status === 'ACTIVE' && !actions)
    if (!subscription) return
    const action = {
      id: `cancel-${merchant.now()}`,
      type: 'CANCEL',
      effective_date: calendarDate(merchant.now() + day),
    }
    return merchant.update('subscriptions', subscription.id, { actions: [action] }).id
  },
  'subscription is canceled': (merchant) => {
    const date = calendarDate(merchant.now())
    const ended = { canceled_date: date, completed_date: date, actions: undefined }
    return becomes(merchant, ['ACTIVE', 'PAUSED'], { status: 'CANCELED', ...ended })
  },
  'subscription is paused': (merchant) => becomes(merchant, ['ACTIVE'], { status: 'PAUSED' }),
  'subscription is resumed': (merchant) => becomes(merchant, ['PAUSED'], { status: 'ACTIVE' }),
  'subscription is deactivated': (merchant) => becomes(merchant, ['ACTIVE'], { status: 'DEACTIVATED' }),
  'subscription is completed': (merchant) =>
    becomes(merchant, ['ACTIVE'], { status: 'COMPLETED', completed_date: calendarDate(merchant.now()) }),
  'invoice is drafted': (merchant) => {
    const order = takeOrder(merchant)
    const subscription = merchant.pick('subscriptions', ({ location_id }) => location_id === order.location_id)
    const customer = subscription?.customer_id ?? order.customer_id
    const request = {
      uid: `request-${order.id}`,
      request_type: 'BALANCE',
      due_date: calendarDate(merchant.now() + 14 * day),
      computed_amount_money: order.total_money,
      total_completed_amount_money: money(0, currencyIn(order.total_money)),
    }
    return merchant.insert('invoices', {
      location_id: order.location_id,
      order_id: order.id,
      primary_recipient: customer === undefined ? undefined : { customer_id: customer },
      payment_requests: [request],
      scheduled_at: undefined,
      public_url: undefined,
      next_payment_amount_money: order.total_money,
      status: 'DRAFT',
      subscription_id: subscription?.id,
    }).id
  },
  'draft is deleted': (merchant) => {
    const draft = merchant.pick('invoices', isDraft)
    if (draft) merchant.remove('invoices', draft.id)
    return draft?.id
  },
  'invoice is published': (merchant) => {
    const draft = merchant.pick('invoices', isDraft)
    return (
      draft && merchant.update('invoices', draft.id, { status: 'UNPAID', public_url: 'https://squareup.com/pay' }).id
    )
  },
  'invoice is scheduled': (merchant) => {
    const draft = merchant.pick('invoices', isDraft)
    const scheduled_at = timestamp(merchant.now() + 7 * day)
    return draft && merchant.update('invoices', draft.id, { status: 'SCHEDULED', scheduled_at }).id
  },
  'invoice is canceled': (merchant) => {
    const invoice = merchant.pick('invoices', ({ status }) => status === 'UNPAID')
    const canceled = { status: 'CANCELED', next_payment_amount_money: undefined }
    return invoice && merchant.update('invoices', invoice.id, canceled).id
  },
  'invoice is paid': (merchant) => {
    const invoice = merchant.pick('invoices', ({ status }) => status === 'UNPAID' || status === 'PAYMENT_PENDING')
    if (!invoice) return
    const order = merchant.live.orders.retrieve(String(invoice.order_id))
    if (order) pay(merchant, order, { amount_money: dueOn(invoice), total_money: dueOn(invoice) })
    return merchant.update('invoices', invoice.id, {
      status: 'PAID',
      next_payment_amount_money: undefined,
      payment_requests: requestsOf(invoice).map((request) => ({
        ...request,
        total_completed_amount_money: request.computed_amount_money,
      })),
    }).id
  },
}

const isDraft = ({ status }: SquareObject) => status === 'DRAFT'

function becomes(
  merchant: SimulatedMerchant,
  from: readonly string[],
  patch: Readonly<Record<string, unknown>>,
): string | undefined {
  const subscription = merchant.pick('subscriptions', ({ status }) => from.includes(String(status)))
  return subscription && merchant.update('subscriptions', subscription.id, patch).id
}

interface PaymentRequest {
  readonly computed_amount_money?: unknown
}

function requestsOf(invoice: SquareObject): readonly PaymentRequest[] {
  const requests = invoice.payment_requests
  return Array.isArray(requests) ? requests : []
}

function dueOn(invoice: SquareObject) {
  const [first] = requestsOf(invoice)
  const currency = currencyIn(fieldOf(first, 'computed_amount_money'))
  return money(
    requestsOf(invoice).reduce((sum, request) => sum + amountIn(request.computed_amount_money), 0),
    currency,
  )
}
