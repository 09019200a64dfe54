import { money } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import { calendarDate, day, wholeSecond } from '../timestamps.ts'
import { entryAt } from './entry-facts.ts'
import { currencyOf, locationId } from './location-of.ts'

export const payouts: Resource = {
  idPrefix: 'po_',
  count: (payments) => Math.floor(payments / 20),
  created,
  updated,
  location: payoutLocation,
  generate(n, data) {
    const location = payoutLocation(n, data)
    const currency = currencyOf(location, data)
    const [from, to] = data.children('entries', n)
    let total = 0
    for (let entry = from; entry < to; entry++) total += entryAt(entry, data).net
    const fee = { amount_money: money(25, currency), effective_at: wholeSecond(created(n, data)), type: 'TRANSFER_FEE' }
    return {
      status: statusOf(n),
      location_id: locationId(location, data),
      created_at: wholeSecond(created(n, data)),
      updated_at: wholeSecond(updated(n, data)),
      // Never zero, by the specification.
      amount_money: money(total === 0 ? 1 : total, currency),
      destination: { type: n % 5 === 0 ? 'CARD' : 'BANK_ACCOUNT', id: `bact:${n % 3}` },
      version: 1 + (n % 2),
      type: n % 9 === 4 ? 'SIMPLE' : 'BATCH',
      ...(n % 5 === 0 ? { payout_fee: [fee] } : {}),
      arrival_date: calendarDate(created(n, data) + 2 * day),
      end_to_end_id: `L2100000${n}`,
    }
  },
}

/** Payouts go out of each location in turn. */
export function payoutLocation(n: number, data: Dataset): number {
  return n % data.locations.length
}

const statusOf = (n: number) => (n < 2 ? 'SENT' : n % 25 === 7 ? 'FAILED' : 'PAID')

function created(n: number, data: Dataset): number {
  return Math.floor(data.moment('payouts', n) / 1_000) * 1_000
}

function updated(n: number, data: Dataset): number {
  return Math.min(created(n, data) + (n % 3) * day, data.now)
}
