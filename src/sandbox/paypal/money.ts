export interface Money {
  readonly currency_code: string
  /** Decimal text, signed. */
  readonly value: string
}

/** An amount in the smallest unit of a currency, as PayPal writes it. */
export function money(amount: number, currency: string): Money {
  const decimals = decimalsOf(currency)
  if (decimals === 0) return { currency_code: currency, value: String(amount) }
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0')
  const value = `${amount < 0 ? '-' : ''}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
  return { currency_code: currency, value }
}

/** An amount drawn in hundredths, in the smallest unit of a currency: yen have no hundredths, dinars have thousandths. */
export function inCurrency(hundredths: number, currency: string): number {
  const decimals = decimalsOf(currency)
  return decimals === 0 ? Math.max(1, Math.round(hundredths / 100)) : decimals === 3 ? hundredths * 10 : hundredths
}

/** The smallest units that a decimal text is. */
export function amountOf({ value, currency_code }: Money): number {
  const [whole = '', part = ''] = value.replace('-', '').split('.')
  const amount = Number(whole + part.padEnd(decimalsOf(currency_code), '0'))
  return value.startsWith('-') ? -amount : amount
}

/** PayPal writes forints and Taiwan dollars without decimals, unlike ISO 4217. */
const decimalsOf = (currency: string) =>
  ['JPY', 'HUF', 'TWD'].includes(currency) ? 0 : ['KWD', 'BHD', 'TND'].includes(currency) ? 3 : 2
