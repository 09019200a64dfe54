import { payerAt, payerInfo } from '../ledger/payers.ts'
import { inCurrency, money } from '../money.ts'
import { type Fields, fieldOf, textAt } from '../paypal-object.ts'
import { day, reportingTime } from '../timestamps.ts'
import type { SimulatedMerchant, Step } from './simulated-merchant.ts'
import { anyPayer, feeIn, follow, isPayment, moneyIn, newId, pay, shareOf } from './transactions.ts'

/** What happens in the ledger. */
export const transactionSteps: Readonly<Record<string, Step>> = {
  'payment is made': (merchant) => pay(merchant).key,
  'new payer pays': (merchant) => {
    const { seed, payers } = merchant.merchant.data
    return pay(merchant, {}, payerInfo(payerAt(seed, payers + (merchant.random() % 1_000)), false)).key
  },
  'guest pays': (merchant) => pay(merchant, {}, { ...anyPayer(merchant), account_id: undefined }).key,
  'payer pays under another name': (merchant) => {
    const payer = anyPayer(merchant)
    const name = {
      given_name: 'Nora',
      surname: `Neu ${merchant.now()}`,
      alternate_full_name: `Nora Neu ${merchant.now()}`,
    }
    return pay(merchant, {}, { ...payer, payer_name: name }).key
  },
  'payment waits': (merchant) => pay(merchant, { transaction_status: 'P' }).key,
  'waiting payment succeeds': (merchant) => decide(merchant, 'S'),
  'waiting payment is denied': (merchant) => decide(merchant, 'D'),
  'authorization is made': (merchant) =>
    pay(merchant, { transaction_event_code: 'T1300', fee_amount: undefined, paypal_reference_id_type: undefined }).key,
  'payment is refunded': (merchant) => refund(merchant, 1),
  'payment is refunded in part': (merchant) => refund(merchant, 1 / 3),
  'payment of these days is reversed': (merchant) => {
    const since = reportingTime(merchant.now() - 2 * day)
    return reverse(merchant, (line) => textAt(line, 'transaction_info', 'transaction_initiation_date') > since)
  },
  'payment is held': (merchant) => {
    const payment = merchant.pick('transactions', isPayment)
    if (!payment) return
    // A hold has the id of the payment, and so has the end of the hold.
    const id = fieldOf(payment.object.transaction_info, 'transaction_id')
    const hold = { transaction_id: id, transaction_amount: shareOf(payment.object, -1) }
    return follow(merchant, payment.object, { ...hold, transaction_event_code: 'T1110' }).key
  },
  'hold is over': (merchant) => {
    const hold = merchant.pick('transactions', (line) => codeOf(line) === 'T1110')
    if (!hold) return
    const id = fieldOf(hold.object.transaction_info, 'transaction_id')
    const release = { transaction_id: id, transaction_amount: shareOf(hold.object, -1) }
    return follow(merchant, hold.object, { ...release, transaction_event_code: 'T1111' }).key
  },
  'money is withdrawn': (merchant) => {
    const amount = money(-inCurrency(10_000 + (merchant.random() % 90_000), 'USD'), 'USD')
    return insertTransaction(merchant, { transaction_event_code: 'T0400', transaction_amount: amount }).key
  },
  'money is converted': (merchant) => {
    const id = newId(merchant)
    const line = { transaction_id: id, transaction_event_code: 'T0200' }
    insertTransaction(merchant, { ...line, transaction_amount: money(-inCurrency(5_000, 'EUR'), 'EUR') })
    return insertTransaction(merchant, { ...line, transaction_amount: money(inCurrency(5_500, 'USD'), 'USD') }).key
  },
}

/** A change of a line of long ago, which no list shows that is not complete. */
export const reverseAnyPayment: Step = (merchant) => reverse(merchant, () => true)

function reverse(merchant: SimulatedMerchant, fits: (line: Fields) => boolean): string | undefined {
  const payment = merchant.pick('transactions', (line) => isPayment(line) && fits(line))
  if (!payment) return
  follow(merchant, payment.object, {
    transaction_event_code: 'T1106',
    transaction_amount: shareOf(payment.object, -1),
  })
  return merchant.update('transactions', payment.key, { transaction_info: { transaction_status: 'V' } }).key
}

const codeOf = (line: Fields) => fieldOf(line.transaction_info, 'transaction_event_code')

/** A line without another party. */
const insertTransaction = (merchant: SimulatedMerchant, info: Fields) =>
  pay(
    merchant,
    { fee_amount: undefined, ...info },
    { email_address: undefined, country_code: undefined, payer_status: undefined, payer_name: {}, address_status: 'N' },
  )

function decide(merchant: SimulatedMerchant, status: 'S' | 'D'): string | undefined {
  const waiting = merchant.pick('transactions', (line) => fieldOf(line.transaction_info, 'transaction_status') === 'P')
  const gross = moneyIn(waiting?.object.transaction_info, 'transaction_amount')
  if (!waiting || !gross) return
  const fee = status === 'S' ? { fee_amount: feeIn(gross) } : {}
  return merchant.update('transactions', waiting.key, { transaction_info: { transaction_status: status, ...fee } }).key
}

/** The refund, and the fee that is given back under the same id. */
function refund(merchant: SimulatedMerchant, share: number): string | undefined {
  const payment = merchant.pick('transactions', isPayment)
  if (!payment) return
  const [id, fee] = [newId(merchant), moneyIn(payment.object.transaction_info, 'fee_amount')]
  const refunded = { transaction_id: id, transaction_amount: shareOf(payment.object, -share) }
  const { key } = follow(merchant, payment.object, { ...refunded, transaction_event_code: 'T1107' })
  if (fee && share === 1) {
    const back = { ...fee, value: fee.value.replace('-', '') }
    follow(merchant, payment.object, { transaction_id: id, transaction_event_code: 'T1108', transaction_amount: back })
  }
  return key
}
