import { numericPart } from '../gids.ts'
import { minorUnits, money } from '../money.ts'
import { fieldOf, type ShopifyObject } from '../shopify-object.ts'
import { amountOf, bagOf } from './order-payments.ts'
import type { SimulatedShop, Step } from './simulated-shop.ts'

/** What Shopify Payments owes and pays. */
export const payoutSteps: Readonly<Record<string, Step>> = {
  'charge reaches the balance': (shop) => move(shop, 'CHARGE')?.id,
  'refund leaves the balance': (shop) => move(shop, 'REFUND')?.id,
  'payout is issued': (shop) => {
    const transactions = [move(shop, 'CHARGE'), move(shop, 'CHARGE')].flatMap((object) => object ?? [])
    if (transactions.length === 0) return
    const { currency } = shop.data.shop
    const net = transactions.reduce(
      (sum, object) => sum + minorUnits(String(fieldOf(object.net, 'amount')), currency),
      0,
    )
    const payout = shop.insert('payouts', {
      status: 'SCHEDULED',
      transactionType: 'DEPOSIT',
      net: money(net, currency),
    })
    for (const { id, associatedPayout } of transactions)
      shop.update('balanceTransactions', id, {
        associatedPayout: { ...emptyPayout(associatedPayout), id: payout.id, status: 'SCHEDULED' },
      })
    return payout.id
  },
  'payout is on its way': (shop) => becomes(shop, 'SCHEDULED', 'IN_TRANSIT'),
  'payout is paid': (shop) => becomes(shop, 'IN_TRANSIT', 'PAID'),
  'payout fails': (shop) => becomes(shop, 'SCHEDULED', 'FAILED'),
}

const emptyPayout = (payout: unknown) => (typeof payout === 'object' ? payout : {})

function becomes(shop: SimulatedShop, from: string, status: string): string | undefined {
  const payout = shop.pick('payouts', (object) => object.status === from)
  return payout && shop.update('payouts', payout.id, { status }).id
}

function move(shop: SimulatedShop, type: 'CHARGE' | 'REFUND'): ShopifyObject | undefined {
  const order = shop.pick('orders', ({ displayFinancialStatus }) => displayFinancialStatus === 'PAID')
  if (!order) return
  const { amount: text, currencyCode } = bagOf(order, amountOf(order, 'totalPriceSet')).shopMoney
  const gross = minorUnits(text, currencyCode) * (type === 'CHARGE' ? 1 : -1)
  const fee = type === 'CHARGE' ? 30 : 0
  return shop.insert('balanceTransactions', {
    type,
    sourceType: type,
    sourceId: String(numericPart(order.id)),
    sourceOrderTransactionId: String(numericPart(order.id)),
    amount: money(gross, currencyCode),
    fee: money(fee, currencyCode),
    net: money(gross - fee, currencyCode),
    associatedOrder: { __typename: 'ShopifyPaymentsAssociatedOrder', id: order.id, name: order.name },
    associatedPayout: { __typename: 'ShopifyPaymentsBalanceTransactionAssociatedPayout', id: null, status: 'PENDING' },
  })
}
