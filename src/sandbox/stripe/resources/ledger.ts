import type Stripe from 'stripe'
import type { Dataset } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { chargeAt, refundAmount } from './charge-facts.ts'
import { day } from './subscription-facts.ts'

/** The resources whose objects have balance transactions. */
export const ledgerSources = ['charges', 'refunds', 'disputes', 'payouts'] as const
export type LedgerSource = (typeof ledgerSources)[number]

/** The number of the entry of the n-th charge, refund, dispute or payout. The entries of all charges come first, and so on. */
export function ledgerNumber(dataset: Dataset, source: LedgerSource, n: number): number {
  let before = 0
  for (const candidate of ledgerSources) {
    if (candidate === source) return n < dataset.count(source) ? before + n : Number.POSITIVE_INFINITY
    before += dataset.count(candidate)
  }
  return before
}

/** The object that an entry belongs to: the inverse of `ledgerNumber`. */
export function ledgerSource(
  dataset: Dataset,
  entry: number,
): { readonly source: LedgerSource | 'fee'; readonly number: number } {
  let number = entry
  for (const source of ledgerSources) {
    if (number < dataset.count(source)) return { source, number }
    number -= dataset.count(source)
  }
  return { source: 'fee', number }
}

export const payoutAt = (dataset: Dataset, n: number) => ({
  amount: 1_000 + (dataset.draw('payouts', n)() % 5_000_000),
  currency: 'eur',
})

export function ledgerObject(dataset: Dataset, n: number) {
  const { source: kind, number } = ledgerSource(dataset, n)
  const { type, category, amount, fee, currency, source } = movements[kind](dataset, number)
  const created = dataset.created('balance_transactions', n)
  return {
    id: dataset.id('balance_transactions', n),
    object: 'balance_transaction',
    amount,
    available_on: created + 7 * day,
    balance_type: 'payments',
    created,
    currency,
    description: type === 'stripe_fee' ? 'Billing – Usage Fee' : null,
    exchange_rate: null,
    fee,
    fee_details:
      fee === 0
        ? []
        : [{ amount: fee, application: null, currency, description: 'Stripe processing fees', type: 'stripe_fee' }],
    net: amount - fee,
    reporting_category: category,
    source,
    status: created + 7 * day < dataset.now ? 'available' : 'pending',
    type,
  } satisfies Wire<Stripe.BalanceTransaction>
}

interface Movement {
  readonly type: Stripe.BalanceTransaction.Type
  readonly category: string
  readonly amount: number
  readonly fee: number
  readonly currency: string
  readonly source: string | null
}

const movements: Record<LedgerSource | 'fee', (dataset: Dataset, n: number) => Movement> = {
  charges(dataset, n) {
    const { amount, currency, failed } = chargeAt(dataset, n)
    if (failed) return movements.fee(dataset, n)
    const fee = Math.round(amount * 0.015) + 25
    return { type: 'charge', category: 'charge', amount, fee, currency, source: dataset.id('charges', n) }
  },
  refunds(dataset, n) {
    const charge = dataset.parent('refunds', n) ?? 0
    const [from, to] = dataset.children('refunds', charge)
    const { amount, currency } = chargeAt(dataset, charge)
    const back = -refundAmount(n, to - from, amount)
    return { type: 'refund', category: 'refund', amount: back, fee: 0, currency, source: dataset.id('refunds', n) }
  },
  disputes(dataset, n) {
    const { amount, currency } = chargeAt(dataset, dataset.parent('disputes', n) ?? 0)
    const source = dataset.id('disputes', n)
    return { type: 'adjustment', category: 'dispute', amount: -amount, fee: 2_000, currency, source }
  },
  payouts(dataset, n) {
    const { amount, currency } = payoutAt(dataset, n)
    return { type: 'payout', category: 'payout', amount: -amount, fee: 0, currency, source: dataset.id('payouts', n) }
  },
  fee: (_, n) => ({
    type: 'stripe_fee',
    category: 'fee',
    amount: -(10 + (n % 90)),
    fee: 0,
    currency: 'eur',
    source: null,
  }),
}
