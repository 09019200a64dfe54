import { fields, list } from '../../provider/fields.ts'
import { currencyCode, decimalMoney } from '../../provider/money.ts'

/*
 * Readers of Shopify's shapes. Money is `{ amount: "12.30", currencyCode: "EUR" }`, and a MoneyBag has it in the shop's
 * currency and in the one that the customer saw.
 */

/** An amount in the minor unit of its currency. */
export const money = decimalMoney({ amount: 'amount', currency: 'currencyCode' })

export const currency = currencyCode

/** The sum of amounts in one currency; null if there are none, one cannot be read or the currencies differ. */
export function sumOf(moneys: readonly unknown[]): number | null {
  let sum: number | null = null
  const [first] = moneys
  for (const value of moneys) {
    const amount = money(value)
    if (amount === null || fields(value).currencyCode !== fields(first).currencyCode) return null
    sum = (sum ?? 0) + amount
  }
  return sum
}

/** The values at a field of a list's entries. */
export const valuesIn = (value: unknown, name: string): readonly unknown[] =>
  (list(value) ?? []).map((entry) => fields(entry)[name])
