import type Stripe from 'stripe'
import type { World } from '../dataset.ts'
import type { Birth, Resource } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { chargeAt, refundAmount } from './charge-facts.ts'
import { payoutAt } from './payouts.ts'
import { day } from './subscription-facts.ts'

/** What moved money: every charge that succeeded, every refund, dispute and payout, and Stripe's own fees for the rest. */
export const balanceTransactions: Resource = {
  path: '/v1/balance_transactions',
  object: 'balance_transaction',
  idPrefix: 'txn_',
  createdField: 'created',
  count: (customers, of) => sources.reduce((sum, one) => sum + of(one), Math.floor(customers / 20)),
  born: (world, n) => {
    const { of, number } = sourceOf(world, n)
    return of === 'fee' ? undefined : world.created(of, number)
  },
  generate: ({ n, id, created, world }: Birth) => ({
    ...ledgerObject(world, n),
    id,
    created,
    available_on: created + 7 * day,
  }),
  filters: {
    currency: (entry, value) => entry.currency === value,
    source: (entry, value) => entry.source === value,
    type: (entry, value) => entry.type === value,
    payout: (entry, value) => entry.source === value,
  },
  expandable: {
    source: (entry, live) => ({
      source:
        [live.charges, live.refunds, live.disputes, live.payouts]
          .map((one) => one.retrieve(String(entry.source)))
          .find((one) => one) ?? entry.source,
    }),
  },
  deleted: 'missing',
}

const sources = ['charges', 'refunds', 'disputes', 'payouts'] as const
type Source = (typeof sources)[number]

/** The number of the entry of a charge, refund, dispute or payout: those of all charges come first, and so on. */
export function ledgerNumber(world: World, source: Source, n: number): number {
  let before = 0
  for (const one of sources) {
    if (one === source) return n < world.count(one) ? before + n : Number.POSITIVE_INFINITY
    before += world.count(one)
  }
  return before
}

function sourceOf(world: World, entry: number): { readonly of: Source | 'fee'; readonly number: number } {
  let number = entry
  for (const of of sources) {
    if (number < world.count(of)) return { of, number }
    number -= world.count(of)
  }
  return { of: 'fee', number }
}

export function ledgerObject(world: World, n: number) {
  const { of, number } = sourceOf(world, n)
  const { type, category, amount, fee, currency, source } = movements[of](world, number)
  const created = world.created('balance_transactions', n)
  return {
    id: world.id('balance_transactions', n),
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
    status: created + 7 * day < world.now ? 'available' : 'pending',
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

const movements: Record<Source | 'fee', (world: World, n: number) => Movement> = {
  charges(world, n) {
    const { amount, currency, failed } = chargeAt(world, n)
    if (failed) return movements.fee(world, n)
    const fee = Math.round(amount * 0.015) + 25
    return { type: 'charge', category: 'charge', amount, fee, currency, source: world.id('charges', n) }
  },
  refunds(world, n) {
    const charge = world.parent('refunds', n) ?? 0
    const [from, to] = world.children('refunds', charge)
    const { amount, currency } = chargeAt(world, charge)
    const back = -refundAmount(n, to - from, amount)
    return { type: 'refund', category: 'refund', amount: back, fee: 0, currency, source: world.id('refunds', n) }
  },
  disputes(world, n) {
    const { amount, currency } = chargeAt(world, world.parent('disputes', n) ?? 0)
    const source = world.id('disputes', n)
    return { type: 'adjustment', category: 'dispute', amount: -amount, fee: 2_000, currency, source }
  },
  payouts(world, n) {
    const { amount, currency } = payoutAt(world, n)
    return { type: 'payout', category: 'payout', amount: -amount, fee: 0, currency, source: world.id('payouts', n) }
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
