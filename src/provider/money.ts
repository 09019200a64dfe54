import { fields } from '../json/value.ts'

/*
 * Amounts as whole numbers in the minor unit of their currency. What a provider sends as a decimal passes through no float.
 */

/** Decimal places of currencies, by upper-case code: where a provider differs from ISO 4217. */
export type CurrencyDigits = Readonly<Record<string, number>>

/**
 * `12.3` of EUR → 1230n. Null if the text is no plain decimal, the currency is not known, the amount has a fraction of the
 * minor unit, or Postgres's bigint cannot hold it. A number is read if it has 15 digits at most: a double holds these.
 */
export function minorUnits(decimal: unknown, currency: unknown, differences: CurrencyDigits = {}): bigint | null {
  const digits = digitsOf(currency, differences)
  // PayPal's schema allows an amount without a digit before its point.
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d{1,40}|(?=\.))(?:\.(\d{1,40}))?$/.exec(textOf(decimal)) ?? []
  if (digits === null || sign === undefined || /[^0]/.test(fraction.slice(digits))) return null
  const units = BigInt(`${sign}${whole || '0'}${fraction.slice(0, digits).padEnd(digits, '0')}`)
  return BigInt.asIntN(64, units) === units ? units : null
}

/** `1230n` of EUR → `12.30`. Null if the currency is not known. */
export function majorUnits(units: bigint, currency: unknown, differences: CurrencyDigits = {}): string | null {
  const digits = digitsOf(currency, differences)
  if (digits === null) return null
  const text = String(units < 0n ? -units : units).padStart(digits + 1, '0')
  const point = text.length - digits
  return `${units < 0n ? '-' : ''}${text.slice(0, point)}${digits === 0 ? '' : `.${text.slice(point)}`}`
}

/**
 * Minor units times a quantity in decimal text: 1100n and `1.1` → 1210n. Null if the product has a fraction of the minor
 * unit, or the quantity is no plain decimal.
 */
export function timesQuantity(units: bigint, quantity: string): bigint | null {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d{0,40})(?:\.(\d{1,40}))?$/.exec(quantity) ?? []
  if (sign === undefined || whole + fraction === '') return null
  const product = units * BigInt(`${sign}${whole}${fraction}`)
  const scale = 10n ** BigInt(fraction.length)
  return product % scale === 0n ? product / scale : null
}

/** The names of the fields of an amount: `{ amount: 'value', currency: 'currency_code' }` for PayPal. */
interface AmountFields {
  readonly amount: string
  readonly currency: string
}

/** Makes a reader for a column: an object with an amount and a currency. Null past what a double holds, too. */
export function decimalMoney({ amount, currency }: AmountFields, differences: CurrencyDigits = {}) {
  return (value: unknown): number | null => {
    const object = fields(value)
    const units = minorUnits(object[amount], object[currency], differences)
    return units !== null && Number.isSafeInteger(Number(units)) ? Number(units) : null
  }
}

/** A currency as the tables have it, in lower case. Null for a code that is not known. */
export function currencyCode(value: unknown): string | null {
  return typeof value === 'string' && digitsOf(value) !== null ? value.toLowerCase() : null
}

/** Decimal places of a currency's minor unit; null for a code that is not known. */
export function digitsOf(currency: unknown, differences: CurrencyDigits = {}): number | null {
  if (typeof currency !== 'string') return null
  const code = currency.toUpperCase()
  return (Object.hasOwn(differences, code) ? differences[code] : iso4217.get(code)) ?? null
}

function textOf(decimal: unknown): string {
  if (typeof decimal === 'string') return decimal
  const text = typeof decimal === 'number' ? String(decimal) : ''
  return text.replace(/\D/g, '').length <= 15 ? text : ''
}

/** ISO 4217 of 2026, codes that it withdrew while providers had amounts in them, and JEP and KID of Shopify. */
const codes: Readonly<Record<number, string>> = {
  0: 'BIF BYR CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY
    COP COU CRC CUC CUP CVE CZK DKK DOP DZD EEK EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR
    ILS INR IRR JEP JMD KES KGS KHR KID KPW KYD KZT LAK LBP LKR LRD LSL LTL LVL MAD MDL MGA MKD MMK MNT MOP MRO MRU MUR MVR MWK MXN
    MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD
    SSP STD STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VEF VES WST XCD XCG YER ZAR ZMK ZMW ZWG
    ZWL`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
}

const iso4217: ReadonlyMap<string, number> = new Map(
  Object.entries(codes).flatMap(([digits, list]) => list.split(/\s+/).map((code) => [code, Number(digits)] as const)),
)
