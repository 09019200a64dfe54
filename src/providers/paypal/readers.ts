import { fields, text } from '../../provider/fields.ts'
import { currencyCode, decimalMoney } from '../../provider/money.ts'

/*
 * Readers of PayPal's shapes. Money is `{ currency_code, value }` with the value as decimal text.
 */

/** An amount in the minor unit of its currency. */
export const money = decimalMoney({ amount: 'value', currency: 'currency_code' })

/** The currency of an amount, as the tables have it. */
export const currencyOf = (value: unknown): string | null => currencyCode(fields(value).currency_code)

/** The name of a payer or a subscriber. */
export function nameOf(name: unknown): string | null {
  const { alternate_full_name: whole, full_name: full, given_name: given, surname } = fields(name)
  const person = [text(given), text(surname)].filter(Boolean).join(' ')
  return text(whole) ?? text(full) ?? (person === '' ? null : person)
}

/** The id of a customer, whom PayPal does not list: the account, or else the address that the payment came from. */
export function customerIdOf(payer: unknown): string | null {
  const { account_id: accountId, payer_id: payerId, email_address: email } = fields(payer)
  const id = text(accountId) ?? text(payerId)
  if (id !== null && id !== '') return id
  const address = text(email)?.trim().toLowerCase()
  return address ? `email:${address}` : null
}
