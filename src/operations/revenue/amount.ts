import { majorUnits } from '../../provider/money.ts'
import { currencyDigits } from '../../providers/stripe/currency-digits.ts'

/** Whose amounts are shown. */
interface Money {
  readonly provider: string
  readonly currency: string
}

/** `1234500` of EUR → `12,345.00`. Minor units stay as they are for a currency that is not known. */
export function formatAmount(minor: number, { provider, currency }: Money): string {
  // A sum of rows is a whole number, and a double holds it up to 2^53.
  const units = BigInt(Math.round(minor))
  const text = majorUnits(units, currency, provider === 'stripe' ? currencyDigits : {}) ?? String(units)
  return text.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',')
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })

/** `1234500` of EUR → `12.3K`, for the axis of a picture. Null money: a number of things. */
export function formatAxis(value: number, money: Money | null): string {
  return compact.format(money === null ? value : Number(formatAmount(value, money).replaceAll(',', '')))
}

/** `0.0312` → `3.1 %`. Null stays null. */
export const formatRate = (rate: number | null): string | null =>
  rate === null ? null : `${(rate * 100).toFixed(1)} %`
