import { money } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import { day, second, timestamp } from '../timestamps.ts'
import { locationId, locationOfPayment } from './location-of.ts'
import { paymentAt } from './payment-facts.ts'

/** One payment in twenty has a refund, and one in sixty has three. */
export const refunds: Resource = {
  idPrefix: 'rf_',
  relation: {
    parent: 'payments',
    parentId: (refund) => refund.payment_id,
    pattern: [0, 0, 1, 0, 0, 0, 0, 3, ...Array.from({ length: 52 }, (_, at) => (at % 24 === 11 ? 1 : 0))],
  },
  created,
  updated,
  location: (n, data) => locationOfPayment(paymentOf(n, data), data),
  generate(n, data) {
    const payment = paymentOf(n, data)
    const { currency, location, refunds: amounts } = paymentAt(payment, data)
    const amount = amounts[n - data.children('refunds', payment)[0]] ?? 1
    const order = data.ref('orders', payment)
    return {
      status: statusOf(n),
      location_id: locationId(location, data),
      unlinked: false,
      destination_type: 'CARD',
      amount_money: money(amount, currency),
      ...(n % 3 === 0 ? { processing_fee: [{ type: 'INITIAL', amount_money: money(-1, currency) }] } : {}),
      payment_id: data.id('payments', payment),
      ...(order === undefined ? {} : { order_id: order }),
      ...(n % 2 === 0 ? { reason: 'Retour – wrong size' } : {}),
      created_at: timestamp(created(n, data)),
      updated_at: timestamp(updated(n, data)),
    }
  },
}

const paymentOf = (n: number, data: Dataset) => data.parent('refunds', n) ?? 0

const statusOf = (n: number) =>
  n % 17 === 4 ? 'PENDING' : n % 23 === 9 ? 'FAILED' : n % 29 === 1 ? 'REJECTED' : 'COMPLETED'

function created(n: number, data: Dataset): number {
  const payment = paymentOf(n, data)
  const paid = data.moment('payments', payment)
  const delay = (n - data.children('refunds', payment)[0]) * day + ((n * 7_919) % 86_400) * second
  return paid + delay < data.now ? paid + delay : paid + Math.floor((data.now - paid) / 2)
}

function updated(n: number, data: Dataset): number {
  return Math.min(created(n, data) + (n % 17 === 4 ? 0 : 3 * second), data.now)
}
