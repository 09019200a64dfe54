/** An amount of `MoneyV2`. */
export interface Money {
  /** Decimal text, with one decimal at least: `12.5`. */
  readonly amount: string
  readonly currencyCode: string
}

/** An amount of the smallest unit: cents, yen, thousandths of a dinar. */
export const money = (amount: number, currencyCode: string): Money => ({
  amount: decimalText(amount, currencyCode),
  currencyCode,
})

/** The scalar `Decimal`: as many decimals as the amount needs, but one at least. */
export function decimalText(amount: number, currency: string): string {
  let decimals = decimalsOf(currency)
  if (decimals === 0) return `${amount}.0`
  let digits = amount
  while (decimals > 1 && digits % 10 === 0) {
    digits /= 10
    decimals--
  }
  return withPoint(digits, decimals)
}

/** The scalar `Money` of a price: all decimals of its currency. */
export function fixedText(amount: number, currency: string): string {
  const decimals = decimalsOf(currency)
  return decimals === 0 ? String(amount) : withPoint(amount, decimals)
}

function withPoint(amount: number, decimals: number): string {
  const unit = 10 ** decimals
  const whole = Math.trunc(amount / unit)
  const sign = amount < 0 && whole === 0 ? '-' : ''
  return `${sign}${whole}.${String(Math.abs(amount % unit)).padStart(decimals, '0')}`
}

/** The amount of the smallest unit that a decimal text says. */
export function minorUnits(text: string, currency: string): number {
  return Math.round(Number(text) * 10 ** decimalsOf(currency))
}

/** An amount in the currency of the shop and in that of the customer. */
export interface MoneyBag {
  readonly shopMoney: Money
  readonly presentmentMoney: Money
}

export interface Currencies {
  readonly shop: string
  readonly presentment: string
}

/** An amount drawn in the smallest unit of the customer's currency, and its worth in the shop's. */
export function moneyBag(amount: number, { shop, presentment }: Currencies): MoneyBag {
  const presentmentMoney = money(amount, presentment)
  const shopMoney = shop === presentment ? presentmentMoney : money(converted(amount, presentment, shop), shop)
  return { shopMoney, presentmentMoney }
}

/** An amount drawn in hundredths of a dollar, in the smallest unit of a currency. */
export const inCurrency = (cents: number, currency: string) => Math.max(1, converted(cents, 'USD', currency))

function converted(amount: number, from: string, to: string): number {
  const dollars = amount / 10 ** decimalsOf(from) / (perDollar[from] ?? 1)
  return Math.round(dollars * (perDollar[to] ?? 1) * 10 ** decimalsOf(to))
}

/** Fixed rates, so that the same seed gives the same amounts. */
const perDollar: Readonly<Record<string, number>> = { USD: 1, EUR: 0.9, GBP: 0.8, JPY: 150, KWD: 0.3, CAD: 1.35 }

const decimalsOf = (currency: string) => (zeroDecimals.has(currency) ? 0 : threeDecimals.has(currency) ? 3 : 2)
const zeroDecimals = new Set(['JPY', 'KRW', 'CLP', 'VND', 'XAF'])
const threeDecimals = new Set(['KWD', 'BHD', 'JOD', 'OMR', 'TND'])

/** The currencies of customers, yen and dinars among them. */
export const presentmentCurrencies = ['USD', 'USD', 'USD', 'EUR', 'GBP', 'JPY', 'KWD', 'CAD'] as const
