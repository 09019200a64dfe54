export interface Money {
  /** In the smallest unit of the currency. */
  readonly amount: number
  readonly currency: string
}

export const money = (amount: number, currency: string): Money => ({ amount, currency })

/** An amount drawn in hundredths, in the smallest unit of a currency: yen have no hundredths, dinars have thousandths. */
export function inCurrency(hundredths: number, currency: string): number {
  if (zeroDecimals.has(currency)) return Math.max(1, Math.round(hundredths / 100))
  return threeDecimals.has(currency) ? hundredths * 10 : hundredths
}

const zeroDecimals = new Set(['JPY', 'KRW', 'ISK'])
const threeDecimals = new Set(['KWD', 'BHD', 'TND'])
