import { money } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import { timestamp } from '../timestamps.ts'
import { entryAt } from './entry-facts.ts'

/** What a payout is made of. One payout in forty has 250 entries, which is more than two pages. */
export const entries: Resource = {
  idPrefix: 'poe_',
  relation: {
    parent: 'payouts',
    parentId: (entry) => entry.payout_id,
    pattern: [250, ...Array.from({ length: 39 }, (_, at) => (at % 4 === 3 ? 0 : 20))],
  },
  created,
  updated: created,
  location: (n, data) => payoutOf(n, data) % data.locations.length,
  generate(n, data) {
    const { payout, currency, type, gross, fee, net } = entryAt(n, data)
    const payment = data.ref('payments', n)
    const refund = data.ref('refunds', n)
    return {
      payout_id: data.id('payouts', payout),
      effective_at: timestamp(created(n, data)),
      type,
      gross_amount_money: money(gross, currency),
      fee_amount_money: money(fee, currency),
      net_amount_money: money(net, currency),
      ...(type === 'CHARGE' && payment ? { type_charge_details: { payment_id: payment } } : {}),
      ...(type === 'REFUND' && refund ? { type_refund_details: { refund_id: refund } } : {}),
    }
  },
}

const payoutOf = (n: number, data: Dataset) => data.parent('entries', n) ?? 0

function created(n: number, data: Dataset): number {
  return data.created('payouts', payoutOf(n, data)) - 1_000 * (1 + (n % 50_000))
}
