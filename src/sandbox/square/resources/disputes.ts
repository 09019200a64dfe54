import { money } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import { fieldOf } from '../square-object.ts'
import { day, timestamp } from '../timestamps.ts'
import { locationId, locationOfPayment } from './location-of.ts'
import { paymentAt } from './payment-facts.ts'

/** One payment in forty is disputed. */
export const disputes: Resource = {
  idPrefix: 'dp',
  relation: {
    parent: 'payments',
    pattern: [1, ...Array.from({ length: 39 }, () => 0)],
    parentId: (dispute) => fieldOf(dispute.disputed_payment, 'payment_id'),
  },
  created,
  updated,
  location: (n, data) => locationOfPayment(paymentOf(n, data), data),
  generate(n, data) {
    const { amount, currency, location, brand } = paymentAt(paymentOf(n, data), data)
    const state = states[n % states.length]
    return {
      ...(n % 2 === 0 ? { dispute_id: data.id('disputes', n) } : {}),
      amount_money: money(n % 3 === 0 ? Math.ceil(amount / 2) : amount, currency),
      reason: reasons[n % reasons.length],
      state,
      due_at: timestamp(created(n, data) + 14 * day),
      disputed_payment: { payment_id: data.id('payments', paymentOf(n, data)) },
      ...(n % 4 === 0 ? { evidence_ids: [`evidence-${n}`] } : {}),
      card_brand: brand,
      created_at: timestamp(created(n, data)),
      updated_at: timestamp(updated(n, data)),
      brand_dispute_id: `brand-${n}`,
      reported_at: timestamp(created(n, data)),
      version: 1 + (n % 3),
      location_id: locationId(location, data),
    }
  },
}

const paymentOf = (n: number, data: Dataset) => data.parent('disputes', n) ?? 0

function created(n: number, data: Dataset): number {
  const paid = data.moment('payments', paymentOf(n, data))
  return Math.min(paid + (5 + (n % 60)) * day, paid + Math.floor((data.now - paid) / 2))
}

function updated(n: number, data: Dataset): number {
  return Math.min(created(n, data) + (n % 20) * day, data.now)
}

const states = [
  'WON',
  'EVIDENCE_REQUIRED',
  'LOST',
  'PROCESSING',
  'ACCEPTED',
  'INQUIRY_EVIDENCE_REQUIRED',
  'INQUIRY_PROCESSING',
  'INQUIRY_CLOSED',
] as const
const reasons = ['NO_KNOWLEDGE', 'NOT_RECEIVED', 'DUPLICATE', 'NOT_AS_DESCRIBED', 'CUSTOMER_REQUESTS_CREDIT'] as const
