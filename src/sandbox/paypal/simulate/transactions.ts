import { idText } from '../id-text.ts'
import { payerAt, payerInfo } from '../ledger/payers.ts'
import { feeOf } from '../ledger/transaction.ts'
import { amountOf, inCurrency, type Money, money } from '../money.ts'
import { type Fields, fieldOf, type Stored } from '../paypal-object.ts'
import type { SimulatedMerchant } from './simulated-merchant.ts'

/** A payment by one of the payers. `info` and `payer` win over what is drawn; `isFree` is without a fee. */
export function pay(merchant: SimulatedMerchant, info: Fields = {}, payer: Fields = anyPayer(merchant)): Stored {
  const { random } = merchant
  const currency = ['USD', 'EUR', 'JPY', 'KWD'][random() % 4] ?? 'USD'
  const amount = moneyIn(info, 'transaction_amount') ?? money(inCurrency(300 + (random() % 30_000), currency), currency)
  const isDecided = info.transaction_status !== 'P'
  return merchant.insert('transactions', {
    transaction_info: {
      transaction_id: newId(merchant),
      paypal_account_id: payer.account_id,
      transaction_event_code: 'T0006',
      transaction_status: 'S',
      transaction_amount: amount,
      fee_amount: isDecided ? feeIn(amount) : undefined,
      transaction_subject: undefined,
      transaction_note: undefined,
      ...info,
    },
    payer_info: { account_id: undefined, ...payer },
  })
}

/** A line that comes from an earlier one: a refund, a hold, a reversal. It has the payer of the earlier line. */
export function follow(merchant: SimulatedMerchant, before: Fields, info: Fields): Stored {
  const original = before.transaction_info
  const payer = before.payer_info
  return pay(
    merchant,
    {
      fee_amount: undefined,
      paypal_reference_id: fieldOf(original, 'transaction_id'),
      paypal_reference_id_type: 'TXN',
      ...info,
    },
    typeof payer === 'object' ? { ...payer } : {},
  )
}

/** A completed payment that came in with a fee, and of which nothing was given back. */
export const isPayment = (transaction: Fields): boolean => {
  const info = transaction.transaction_info
  return (
    fieldOf(info, 'transaction_status') === 'S' &&
    /^T000[0267]$/.test(String(fieldOf(info, 'transaction_event_code'))) &&
    fieldOf(info, 'fee_amount') !== undefined
  )
}

/** The gross amount of a transaction times a share. */
export function shareOf(transaction: Fields, share: number): Money {
  const gross = moneyIn(transaction.transaction_info, 'transaction_amount') ?? money(0, 'USD')
  const amount = Math.trunc(amountOf(gross) * share)
  return money(amount === 0 ? Math.sign(share) : amount, gross.currency_code)
}

export function anyPayer({ merchant, random }: SimulatedMerchant): Fields {
  const { seed, payers } = merchant.data
  return payerInfo(payerAt(seed, random() % payers), random() % 2 === 0)
}

export const newId = ({ random }: SimulatedMerchant) => idText(random(), random(), 17)

export function moneyIn(value: unknown, field: string): Money | undefined {
  const [currency, text] = [fieldOf(value, field, 'currency_code'), fieldOf(value, field, 'value')]
  return typeof currency === 'string' && typeof text === 'string' ? { currency_code: currency, value: text } : undefined
}

export const feeIn = (gross: Money) => money(-feeOf(Math.abs(amountOf(gross))), gross.currency_code)
