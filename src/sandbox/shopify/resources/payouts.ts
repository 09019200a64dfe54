import { numericPart } from '../gids.ts'
import { money } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import { timestamp } from '../timestamps.ts'
import { type BalanceFacts, balanceAt, payoutSize } from './balance-facts.ts'
import { payoutIssued, payoutStatus } from './payout-facts.ts'

export const payouts: Resource = {
  type: 'ShopifyPaymentsPayout',
  count: (_, countOf) => Math.max(0, Math.ceil(countOf('balanceTransactions') / payoutSize) - 1),
  moments: { created: { field: 'issuedAt', at: payoutIssued } },
  generate(n, data) {
    const { currency } = data.shop
    const transactions = transactionsOf(n, data)
    const total = (value: (facts: BalanceFacts) => number, type?: BalanceFacts['type']) =>
      transactions.reduce((sum, facts) => (type === undefined || facts.type === type ? sum + value(facts) : sum), 0)
    const net = total(({ amount, fee }) => amount - fee)
    const none = money(0, currency)
    return {
      legacyResourceId: String(numericPart(data.id('payouts', n))),
      issuedAt: timestamp(payoutIssued(n, data)),
      status: payoutStatus(n, data),
      transactionType: net < 0 ? 'WITHDRAWAL' : 'DEPOSIT',
      externalTraceId: n % 3 === 0 ? null : `trace-${n}`,
      net: money(net, currency),
      summary: {
        __typename: 'ShopifyPaymentsPayoutSummary',
        chargesGross: money(
          total(({ amount }) => amount, 'CHARGE'),
          currency,
        ),
        chargesFee: money(
          total(({ fee }) => fee, 'CHARGE'),
          currency,
        ),
        refundsFeeGross: money(
          total(({ amount }) => amount, 'REFUND'),
          currency,
        ),
        refundsFee: none,
        adjustmentsGross: money(
          total(({ amount }) => amount, 'DISPUTE'),
          currency,
        ),
        adjustmentsFee: money(
          total(({ fee }) => fee, 'DISPUTE'),
          currency,
        ),
        advanceFees: none,
        advanceGross: none,
        reservedFundsFee: none,
        reservedFundsGross: none,
        retriedPayoutsFee: none,
        retriedPayoutsGross: none,
        usdcRebateCreditAmount: none,
      },
    }
  },
}

function transactionsOf(n: number, data: Dataset): BalanceFacts[] {
  const from = (n + 1) * payoutSize
  const to = Math.min(from + payoutSize, data.count('balanceTransactions'))
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => balanceAt(from + at, data))
}
