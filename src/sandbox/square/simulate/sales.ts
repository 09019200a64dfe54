import { pick } from '../../server/random.ts'
import { inCurrency, money } from '../money.ts'
import { linesOf } from '../resources/order-lines.ts'
import { type Fields, fieldOf, type SquareObject } from '../square-object.ts'
import { second, timestamp } from '../timestamps.ts'
import type { SimulatedMerchant } from './simulated-merchant.ts'

/** A new order at one of the open locations, without a payment. `fields` win over what is drawn. */
export function takeOrder(merchant: SimulatedMerchant, fields: Fields = {}): SquareObject {
  const { random, data } = merchant
  const location = pick(
    random,
    data.locations.filter(({ active }) => active),
  )
  const { currency } = location
  const amount = inCurrency(300 + (random() % 20_000), currency)
  const none = money(0, currency)
  const { lines, taxes, discounts } = linesOf(amount, currency, random)
  const total = (values: readonly number[]) =>
    money(
      values.reduce((sum, value) => sum + value, 0),
      currency,
    )
  const tax = total(lines.map((line) => line.tax))
  const discount = total(lines.map((line) => line.discount))
  const whole = money(amount, currency)
  return merchant.insert('orders', {
    location_id: location.id,
    customer_id: merchant.pick('customers')?.id,
    line_items: lines.map(({ item }) => item),
    taxes: taxes.length > 0 ? taxes : undefined,
    discounts: discounts.length > 0 ? discounts : undefined,
    net_amounts: {
      total_money: whole,
      tax_money: tax,
      discount_money: discount,
      tip_money: none,
      service_charge_money: none,
    },
    tenders: undefined,
    closed_at: undefined,
    state: 'OPEN',
    total_money: whole,
    total_tax_money: tax,
    total_discount_money: discount,
    total_tip_money: none,
    total_service_charge_money: none,
    net_amount_due_money: whole,
    ...fields,
  })
}

/** Takes the payment of an order. A completed payment completes the order. */
export function pay(merchant: SimulatedMerchant, order: SquareObject, fields: Fields = {}): SquareObject {
  const payment = merchant.insert('payments', {
    location_id: order.location_id,
    order_id: order.id,
    customer_id: order.customer_id,
    amount_money: order.total_money,
    tip_money: undefined,
    total_money: order.total_money,
    approved_money: order.total_money,
    refunded_money: undefined,
    refund_ids: undefined,
    // Square knows its fee a little later.
    processing_fee: undefined,
    is_offline_payment: undefined,
    offline_payment_details: undefined,
    status: 'COMPLETED',
    ...fields,
  })
  if (payment.status === 'COMPLETED') completeOrder(merchant, order.id, payment)
  return payment
}

export function completeOrder(merchant: SimulatedMerchant, orderId: string, payment: SquareObject): void {
  const order = merchant.live.orders.retrieve(orderId)
  if (order?.state !== 'OPEN') return
  const tender = {
    id: payment.id,
    location_id: payment.location_id,
    transaction_id: orderId,
    created_at: payment.created_at,
    amount_money: payment.total_money,
    type: 'CARD',
    payment_id: payment.id,
  }
  merchant.update('orders', orderId, {
    state: 'COMPLETED',
    closed_at: timestamp(merchant.now()),
    tenders: [tender],
    net_amount_due_money: money(0, currencyIn(payment.total_money)),
  })
}

/** A sale of up to 72 hours ago, which a till without a connection sends now. */
export function sendOffline(merchant: SimulatedMerchant, keepsTimeOfChange: boolean): SquareObject {
  const taken = merchant.now() - second * (1 + (merchant.random() % (72 * 3_600)))
  // The specification says of the creation alone that it is the time of the sale. Of the change it does not say.
  const times = { created_at: timestamp(taken), ...(keepsTimeOfChange ? { updated_at: timestamp(taken) } : {}) }
  const sent = { state: 'COMPLETED', closed_at: timestamp(taken), source: { name: 'Square Point of Sale' } }
  const order = takeOrder(merchant, { ...times, ...sent })
  pay(merchant, order, { is_offline_payment: true, offline_payment_details: { client_created_at: timestamp(taken) } })
  return order
}

export const amountIn = (value: unknown) => Number(fieldOf(value, 'amount') ?? 0)
export const currencyIn = (value: unknown) => String(fieldOf(value, 'currency') ?? 'USD')
