import { nestedGid, numericPart } from '../gids.ts'
import { money } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import { timestamp } from '../timestamps.ts'
import { balanceAt, balanceCreated, payoutIndex } from './balance-facts.ts'
import { orderNumber } from './order-facts.ts'
import { payoutStatus } from './payout-facts.ts'

/** Three orders in four were paid through Shopify Payments; some of those were refunded or disputed too. */
export const balanceTransactions: Resource = {
  type: 'ShopifyPaymentsBalanceTransaction',
  relation: { parent: 'orders', field: 'associatedOrder', pattern: [1, 1, 2, 0] },
  moments: {
    created: { field: 'transactionDate', at: balanceCreated },
    processed: { field: 'transactionDate', at: balanceCreated },
  },
  generate(n, data) {
    const { order, type, amount, fee } = balanceAt(n, data)
    const { currency } = data.shop
    const id = data.id('orders', order)
    const transaction = numericPart(nestedGid('OrderTransaction', id, 0))
    return {
      type: type === 'DISPUTE' ? 'DISPUTE_WITHDRAWAL' : type,
      sourceType: type,
      sourceId: String(transaction),
      sourceOrderTransactionId: type === 'DISPUTE' ? null : String(transaction),
      transactionDate: timestamp(balanceCreated(n, data)),
      test: false,
      adjustmentReason: null,
      amount: money(amount, currency),
      fee: money(fee, currency),
      net: money(amount - fee, currency),
      associatedOrder: { __typename: 'ShopifyPaymentsAssociatedOrder', id, name: `#${orderNumber(order, data)}` },
      associatedPayout: payoutOf(n, data),
      adjustmentsOrders: [],
    }
  },
}

function payoutOf(n: number, data: Dataset) {
  const payout = payoutIndex(n)
  const isPaid = payout >= 0 && payout < data.count('payouts')
  return {
    __typename: 'ShopifyPaymentsBalanceTransactionAssociatedPayout',
    id: isPaid ? data.id('payouts', payout) : null,
    status: isPaid ? payoutStatus(payout, data) : 'PENDING',
  }
}
