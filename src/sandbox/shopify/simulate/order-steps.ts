import type { MutationOptions } from '../mutations.ts'
import { type Fields, isFields, type ShopifyObject } from '../shopify-object.ts'
import { day, timestamp } from '../timestamps.ts'
import { amountOf, bagOf, listIn, newTransaction, paidPatch, refundPatch } from './order-payments.ts'
import type { SimulatedShop, Step } from './simulated-shop.ts'

/** Orders with their transactions and refunds, disputes and customers. */
export const orderSteps: Readonly<Record<string, Step>> = {
  'order is placed': (shop) => place(shop).id,
  'order is placed and paid': (shop) => {
    const order = place(shop)
    return shop.update('orders', order.id, paidPatch(order, shop.now())).id
  },
  'order shows in lists minutes later': (shop) => place(shop, {}, { listedFrom: shop.now() + 300 }).id,
  'order is imported': (shop) => place(shop, { processedAt: timestamp(shop.now() - 30 * day) }).id,
  'test order is placed': (shop) => place(shop, { test: true }).id,
  'test order is deleted': (shop) => {
    const order = shop.pick('orders', ({ test }) => test === true)
    if (order) shop.remove('orders', order.id)
    return order?.id
  },
  'order is paid': (shop) => {
    const order = shop.pick('orders', isOpen)
    return order && shop.update('orders', order.id, paidPatch(order, shop.now())).id
  },
  'payment of an order fails': (shop) => {
    const order = shop.pick('orders', isOpen)
    if (!order) return
    const amount = amountOf(order, 'totalOutstandingSet')
    const failed = newTransaction(order, { kind: 'SALE', status: 'FAILURE', amount }, shop.now())
    return shop.update('orders', order.id, { transactions: [...listIn(order, 'transactions'), failed] }).id
  },
  'order is refunded in part': (shop) => refund(shop, 3),
  'order is refunded': (shop) => refund(shop, 1),
  'order is cancelled': (shop) => {
    const order = shop.pick('orders', isOpen)
    const cancelled = { cancelledAt: timestamp(shop.now()), cancelReason: 'CUSTOMER', displayFinancialStatus: 'VOIDED' }
    return order && shop.update('orders', order.id, { ...cancelled, totalOutstandingSet: bagOf(order, 0) }).id
  },
  'order is fulfilled and closed': (shop) => {
    const order = shop.pick(
      'orders',
      ({ closedAt, displayFinancialStatus }) => !closedAt && displayFinancialStatus === 'PAID',
    )
    const closed = { closedAt: timestamp(shop.now()), closed: true, displayFulfillmentStatus: 'FULFILLED' }
    return order && shop.update('orders', order.id, closed).id
  },
  'order is edited': (shop) => {
    const order = shop.pick('orders')
    if (!order) return
    const [first, ...others] = listIn(order, 'lineItems')
    const line = isFields(first) ? { ...first, currentQuantity: 0 } : first
    return shop.update('orders', order.id, { note: `edited at ${shop.now()}`, lineItems: [line, ...others] }).id
  },
  'order is disputed': (shop) => {
    const order = shop.pick('orders', ({ displayFinancialStatus }) => displayFinancialStatus === 'PAID')
    if (!order) return
    const dispute = shop.insert('disputes', {
      ...dueIn(shop, 14 * day),
      evidenceSentOn: null,
      finalizedOn: null,
      status: 'NEEDS_RESPONSE',
      type: 'CHARGEBACK',
      amount: bagOf(order, amountOf(order, 'totalPriceSet')).shopMoney,
      order: { id: order.id },
    })
    shop.update('orders', order.id, {})
    return dispute.id
  },
  'dispute is decided': (shop) => {
    const dispute = shop.pick('disputes', ({ finalizedOn }) => finalizedOn === null)
    if (!dispute) return
    const status = shop.random() % 2 === 0 ? 'WON' : 'LOST'
    shop.update('disputes', dispute.id, { status, finalizedOn: timestamp(shop.now()) })
    const order = isFields(dispute.order) ? String(dispute.order.id) : ''
    if (shop.live.orders.retrieve(order)) shop.update('orders', order, {})
    return dispute.id
  },
  'customer is added': (shop) => shop.insert('customers', { tags: ['simulated'] }).id,
  'customer is changed': (shop) => {
    const customer = shop.pick('customers')
    return customer && shop.update('customers', customer.id, { note: `called at ${shop.now()}` }).id
  },
  // Shopify deletes no customer with orders; those that were added here have none.
  'customer is deleted': (shop) => {
    const customer = shop.pick('customers', ({ tags }) => Array.isArray(tags) && tags.includes('simulated'))
    if (customer) shop.remove('customers', customer.id)
    return customer?.id
  },
}

const isOpen = ({ displayFinancialStatus: status, cancelledAt }: ShopifyObject) =>
  !cancelledAt && (status === 'PENDING' || status === 'AUTHORIZED')

const dueIn = (shop: SimulatedShop, seconds: number) => ({ evidenceDueBy: timestamp(shop.now() + seconds) })

/** A new order that is not paid yet, of a customer that was there before. */
function place(shop: SimulatedShop, fields: Fields = {}, options: MutationOptions = {}): ShopifyObject {
  const customer = shop.pick('customers', ({ tags }) => !(Array.isArray(tags) && tags.includes('simulated')))
  const order = shop.insert(
    'orders',
    {
      customer: customer ? { id: customer.id } : null,
      cancelledAt: null,
      cancelReason: null,
      closedAt: null,
      closed: false,
      test: false,
      paymentTerms: null,
      ...fields,
    },
    options,
  )
  const total = amountOf(order, 'totalPriceSet')
  const none = bagOf(order, 0)
  const moments = { createdAt: order.createdAt, updatedAt: order.updatedAt }
  const open = {
    transactions: [],
    refunds: [],
    displayFinancialStatus: 'PENDING',
    displayFulfillmentStatus: 'UNFULFILLED',
    returnStatus: 'NO_RETURN',
    fullyPaid: false,
    unpaid: true,
    totalReceivedSet: none,
    totalRefundedSet: none,
    netPaymentSet: none,
    totalOutstandingSet: bagOf(order, total),
    currentTotalPriceSet: bagOf(order, total),
  }
  return shop.update('orders', order.id, { ...open, ...moments }, options)
}

function refund(shop: SimulatedShop, share: number): string | undefined {
  const order = shop.pick('orders', (object) => amountOf(object, 'netPaymentSet') >= share && !object.cancelledAt)
  const amount = order && Math.floor(amountOf(order, 'netPaymentSet') / share)
  return order && amount !== undefined
    ? shop.update('orders', order.id, refundPatch(order, amount, shop.now())).id
    : undefined
}
