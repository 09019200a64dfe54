import { numericPart } from '../gids.ts'
import { moneyBag } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import { day, timestamp } from '../timestamps.ts'
import { orderAt } from './order-facts.ts'

const statuses = ['WON', 'LOST', 'ACCEPTED', 'CHARGE_REFUNDED', 'UNDER_REVIEW', 'NEEDS_RESPONSE', 'PREVENTED'] as const
const open: readonly string[] = ['UNDER_REVIEW', 'NEEDS_RESPONSE']

/** One order in fifty is disputed. */
export const disputes: Resource = {
  type: 'ShopifyPaymentsDispute',
  relation: { parent: 'orders', field: 'order', pattern: [0, 0, 1, ...Array<number>(47).fill(0)] },
  moments: { created: { field: 'initiatedAt', at: created } },
  generate(n, data) {
    const order = data.parent('disputes', n) ?? 0
    const at = created(n, data)
    const status = statuses[n % statuses.length] ?? 'WON'
    const { currencies, total } = orderAt(order, data)
    return {
      legacyResourceId: String(numericPart(data.id('disputes', n))),
      initiatedAt: timestamp(at),
      evidenceDueBy: timestamp(at + 14 * day),
      evidenceSentOn: n % 2 === 0 ? timestamp(Math.min(at + 2 * day, data.now)) : null,
      finalizedOn: open.includes(status) ? null : timestamp(Math.min(at + 30 * day, data.now)),
      status,
      type: n % 5 === 4 ? 'INQUIRY' : 'CHARGEBACK',
      reasonDetails: {
        __typename: 'ShopifyPaymentsDisputeReasonDetails',
        reason: n % 2 === 0 ? 'FRAUDULENT' : 'PRODUCT_NOT_RECEIVED',
        networkReasonCode: n % 3 === 0 ? null : '10.4',
      },
      amount: moneyBag(total, currencies).shopMoney,
      order: data.reference('orders', order),
    }
  },
}

function created(n: number, data: Dataset): number {
  return Math.min(data.created('orders', data.parent('disputes', n) ?? 0) + (1 + (n % 60)) * day, data.now)
}
