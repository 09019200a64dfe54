import { fraction, pick } from '../../server/random.ts'
import { inCurrency } from '../money.ts'
import type { Dataset } from '../resource.ts'
import { currencyOf } from './location-of.ts'

export interface EntryFacts {
  readonly payout: number
  readonly currency: string
  readonly type: 'CHARGE' | 'REFUND' | 'FEE' | 'ADJUSTMENT'
  readonly gross: number
  readonly fee: number
  readonly net: number
}

/** What a payout and its entries agree on. */
export function entryAt(n: number, data: Dataset): EntryFacts {
  const random = data.draw('entries', n)
  const payout = data.parent('entries', n) ?? 0
  const currency = currencyOf(payout % data.locations.length, data)
  const type = pick(random, types)
  const drawn = inCurrency(150 + Math.floor(fraction(random) * 20_000), currency)
  const gross = type === 'CHARGE' ? drawn : -Math.ceil(drawn / 10)
  const fee = type === 'CHARGE' ? Math.round(gross * 0.026) : 0
  return { payout, currency, type, gross, fee, net: gross - fee }
}

const types = ['CHARGE', 'CHARGE', 'CHARGE', 'CHARGE', 'CHARGE', 'CHARGE', 'REFUND', 'FEE', 'ADJUSTMENT'] as const
