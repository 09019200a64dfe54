import { dateTime, type Fields, fields, integer, list, text } from '../../provider/fields.ts'

/*
 * Readers of Square's shapes. Money is `{ amount, currency }` with the amount in minor units, dates are `2026-10-31`.
 */

/** `USD` as `usd`, the form of all currencies in the tables. */
export const currency = (value: unknown): string | null => text(value)?.toLowerCase() ?? null

/** A day as its midnight in UTC. */
export function day(value: unknown): Date | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return null
  return dateTime(`${value}T00:00:00Z`)
}

/** The sum of amounts of money; null if there are none or one has no amount. */
export function sumOf(moneys: readonly unknown[]): number | null {
  let sum: number | null = null
  for (const money of moneys) {
    const amount = integer(fields(money).amount)
    if (amount === null) return null
    sum = (sum ?? 0) + amount
  }
  return sum
}

/** The values at a field of a list's entries: the `computed_amount_money` of an invoice's payment requests. */
export const valuesIn = (item: Fields, listName: string, name: string): readonly unknown[] =>
  (list(item[listName]) ?? []).map((entry) => fields(entry)[name]).filter((value) => value !== undefined)

/** The given name and the family name in one. */
export function nameOf({ given_name: given, family_name: family, company_name: company }: Fields): string | null {
  const person = [text(given), text(family)].filter(Boolean).join(' ')
  return person === '' ? text(company) : person
}
