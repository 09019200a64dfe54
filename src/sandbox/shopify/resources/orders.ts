import { nestedGid, numericPart } from '../gids.ts'
import { moneyBag } from '../money.ts'
import type { Resource } from '../resource.ts'
import { timestamp } from '../timestamps.ts'
import { type OrderFacts, orderAt, orderCreated, orderNumber, orderProcessed, orderUpdated } from './order-facts.ts'
import { lineObject } from './order-lines.ts'
import { paymentsOf } from './order-payments.ts'

export const orders: Resource = {
  type: 'Order',
  count: (orders) => orders,
  moments: {
    created: { field: 'createdAt', at: orderCreated },
    updated: { field: 'updatedAt', at: orderUpdated },
    processed: { field: 'processedAt', at: orderProcessed },
  },
  generate(n, data) {
    const id = data.id('orders', n)
    const facts = orderAt(n, data)
    const { currencies, created, updated, lines, status } = facts
    const isCancelled = status === 'VOIDED' || status === 'EXPIRED'
    return {
      legacyResourceId: String(numericPart(id)),
      name: `#${orderNumber(n, data)}`,
      number: orderNumber(n, data),
      createdAt: timestamp(created),
      updatedAt: timestamp(updated),
      processedAt: timestamp(orderProcessed(n, data)),
      cancelledAt: isCancelled ? timestamp(updated) : null,
      cancelReason: isCancelled ? (n % 2 === 0 ? 'CUSTOMER' : 'FRAUD') : null,
      closedAt: status === 'REFUNDED' ? timestamp(updated) : null,
      closed: status === 'REFUNDED',
      confirmed: true,
      test: facts.test,
      currencyCode: currencies.shop,
      presentmentCurrencyCode: currencies.presentment,
      displayFinancialStatus: status,
      displayFulfillmentStatus: status === 'PAID' ? 'FULFILLED' : 'UNFULFILLED',
      returnStatus: status === 'PARTIALLY_REFUNDED' ? 'RETURNED' : 'NO_RETURN',
      fullyPaid: facts.received === facts.total,
      unpaid: facts.received === 0,
      sourceName: n % 4 === 0 ? 'pos' : 'web',
      tags: n % 6 === 0 ? ['wholesale', 'übergröße'] : [],
      note: n % 8 === 0 ? 'Please ring twice.\u2028 Danke! 🙏' : null,
      email: facts.customer === undefined ? null : `customer${facts.customer}@example.com`,
      phone: null,
      taxesIncluded: false,
      taxExempt: false,
      customer: data.reference('customers', facts.customer),
      ...amountsOf(facts),
      paymentTerms: status === 'PENDING' ? termsOf(id, created) : null,
      ...paymentsOf(id, n, facts),
      lineItems: lines.map((line, index) => lineObject(id, index, line, currencies, data)),
      customAttributes: [],
      taxLines: [],
      discountCodes: [],
      paymentGatewayNames: ['shopify_payments'],
    }
  },
  view: (order, live) => ({
    ...order,
    disputes: live.disputes.related(order.id).map(({ id, status, type }) => ({
      id: id.replace('ShopifyPaymentsDispute', 'OrderDisputeSummary'),
      __typename: 'OrderDisputeSummary',
      status,
      initiatedAs: type,
    })),
  }),
}

function amountsOf({ currencies, status, subtotal, discounts, tax, shipping, total, received, refunds }: OrderFacts) {
  const bag = (amount: number) => moneyBag(amount, currencies)
  const refunded = refunds.reduce((sum, amount) => sum + amount, 0)
  const isOver = status === 'VOIDED' || status === 'EXPIRED'
  return {
    subtotalPriceSet: bag(subtotal),
    currentSubtotalPriceSet: bag(subtotal),
    totalDiscountsSet: bag(discounts),
    currentTotalDiscountsSet: bag(discounts),
    totalTaxSet: bag(tax),
    currentTotalTaxSet: bag(tax),
    totalShippingPriceSet: bag(shipping),
    totalPriceSet: bag(total),
    originalTotalPriceSet: bag(total),
    currentTotalPriceSet: bag(total - refunded),
    totalReceivedSet: bag(received),
    totalOutstandingSet: bag(isOver ? 0 : total - received),
    totalCapturableSet: bag(status === 'AUTHORIZED' ? total : 0),
    totalRefundedSet: bag(refunded),
    totalRefundedShippingSet: bag(0),
    totalTipReceivedSet: bag(0),
    netPaymentSet: bag(received - refunded),
  }
}

function termsOf(order: string, created: number) {
  return {
    id: nestedGid('PaymentTerms', order, 0),
    __typename: 'PaymentTerms',
    overdue: false,
    due: false,
    dueInDays: 30,
    paymentTermsName: 'Net 30',
    paymentTermsType: 'NET',
    paymentSchedules: [
      {
        id: nestedGid('PaymentSchedule', order, 0),
        __typename: 'PaymentSchedule',
        dueAt: timestamp(created + 30 * 86_400),
        issuedAt: timestamp(created),
        completedAt: null,
        due: false,
      },
    ],
  }
}
