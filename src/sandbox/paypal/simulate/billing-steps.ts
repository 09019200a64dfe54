import { invoiceNumber } from '../dataset.ts'
import { payerAt } from '../ledger/payers.ts'
import { amountOf, inCurrency, type Money, money } from '../money.ts'
import { type Fields, fieldOf, type Stored, textAt } from '../paypal-object.ts'
import { disputedPayment, outcomeOf } from '../resources/disputes.ts'
import { bill } from '../resources/invoices.ts'
import { calendarDate, day, millisecondTime, secondsOf, timestamp } from '../timestamps.ts'
import type { SimulatedMerchant, Step } from './simulated-merchant.ts'
import { follow, isPayment, moneyIn, pay } from './transactions.ts'

/** Invoices and disputes. */
export const billingSteps: Readonly<Record<string, Step>> = {
  'invoice is drafted': (merchant) => draft(merchant).key,
  'draft is edited': (merchant) => {
    const invoice = pickInvoice(merchant, ['DRAFT'])
    return (
      invoice &&
      merchant.update('invoices', invoice.key, billOf(merchant, textAt(invoice.object, 'detail', 'invoice_number'))).key
    )
  },
  'draft is deleted': (merchant) => {
    const invoice = pickInvoice(merchant, ['DRAFT', 'SCHEDULED'])
    if (invoice) merchant.remove('invoices', invoice.key)
    return invoice?.key
  },
  'invoice is sent': (merchant) => become(merchant, ['DRAFT', 'SCHEDULED'], { status: 'SENT' }),
  'invoice is scheduled': (merchant) => become(merchant, ['DRAFT'], { status: 'SCHEDULED' }),
  'invoice is unpaid': (merchant) => become(merchant, ['SENT'], { status: 'UNPAID' }),
  'invoice is paid': (merchant) => settle(merchant, 1),
  'invoice is paid in part': (merchant) => settle(merchant, 0.5),
  'invoice is marked as paid': (merchant) => {
    const invoice = pickInvoice(merchant, open)
    if (!invoice) return
    const patch = { status: 'MARKED_AS_PAID', due_amount: money(0, totalOf(invoice).currency_code) }
    return merchant.update('invoices', invoice.key, patch).key
  },
  'invoice is cancelled': (merchant) => {
    const invoice = pickInvoice(merchant, open)
    if (!invoice) return
    const patch = { status: 'CANCELLED', due_amount: money(0, totalOf(invoice).currency_code) }
    return merchant.update('invoices', invoice.key, patch).key
  },
  'payment is disputed': (merchant) => {
    const payment = merchant.pick('transactions', isPayment)
    const amount = moneyIn(payment?.object.transaction_info, 'transaction_amount')
    if (!payment || !amount) return
    const info = payment.object.transaction_info
    return merchant.insert('disputes', {
      dispute_amount: amount,
      disputed_transactions: [
        disputedPayment({
          id: textAt(info, 'transaction_id'),
          time: millisecondTime(secondsOf(textAt(info, 'transaction_initiation_date'))),
          amount,
          buyer: 'Buyer',
          merchant: merchant.merchant.id,
        }),
      ],
      status: 'OPEN',
      dispute_state: 'OPEN_INQUIRIES',
      dispute_outcome: undefined,
      seller_response_due_date: millisecondTime(merchant.now() + 10 * day),
    }).key
  },
  'dispute is answered': (merchant) => {
    const dispute = merchant.pick('disputes', ({ status }) => status !== 'RESOLVED')
    const patch = { status: 'UNDER_REVIEW', dispute_state: 'UNDER_PAYPAL_REVIEW', seller_response_due_date: undefined }
    return dispute && merchant.update('disputes', dispute.key, patch).key
  },
  'dispute is resolved': (merchant) => {
    const dispute = merchant.pick('disputes', ({ status }) => status !== 'RESOLVED')
    if (!dispute) return
    const outcome = outcomeOf(merchant.random(), dispute.object.dispute_amount)
    const patch = { status: 'RESOLVED', dispute_state: 'RESOLVED', dispute_outcome: outcome }
    return merchant.update('disputes', dispute.key, { ...patch, seller_response_due_date: undefined }).key
  },
}

const open = ['SENT', 'UNPAID', 'PAYMENT_PENDING', 'PARTIALLY_PAID']

/** One of the last five months, for PayPal has no filter by change and older ones seldom change. */
function pickInvoice(merchant: SimulatedMerchant, statuses: readonly string[]): Stored | undefined {
  const since = timestamp(merchant.now() - 150 * day)
  return merchant.pick(
    'invoices',
    (invoice) =>
      statuses.includes(String(invoice.status)) && textAt(invoice, 'detail', 'metadata', 'create_time') > since,
  )
}

function become(merchant: SimulatedMerchant, from: readonly string[], patch: Fields): string | undefined {
  const invoice = pickInvoice(merchant, from)
  return invoice && merchant.update('invoices', invoice.key, patch).key
}

const draft = (merchant: SimulatedMerchant) =>
  merchant.insert('invoices', {
    status: 'DRAFT',
    ...billOf(merchant, invoiceNumber(900_000 + (merchant.random() % 99_999))),
    payments: undefined,
    refunds: undefined,
  })

function billOf(merchant: SimulatedMerchant, number: string): Fields {
  const { seed, payers } = merchant.merchant.data
  const currency = ['USD', 'EUR', 'JPY', 'KWD'][merchant.random() % 4] ?? 'USD'
  return bill({
    number,
    status: 'DRAFT',
    currency,
    total: inCurrency(500 + (merchant.random() % 40_000), currency),
    created: merchant.now(),
    payer: payerAt(seed, merchant.random() % payers),
    lines: 1 + (merchant.random() % 4),
  })
}

function totalOf({ object }: Stored): Money {
  return { currency_code: textAt(object, 'amount', 'currency_code'), value: textAt(object, 'amount', 'value') }
}

/** Pays an open invoice, in the ledger and in the invoice. */
function settle(merchant: SimulatedMerchant, share: number): string | undefined {
  const invoice = pickInvoice(merchant, open)
  const due = moneyIn(invoice?.object, 'due_amount')
  if (!invoice || !due || amountOf(due) < 2) return
  const paid = Math.floor(amountOf(due) * share)
  const amount = money(paid, due.currency_code)
  const number = textAt(invoice.object, 'detail', 'invoice_number')
  const { object } = pay(merchant, { transaction_event_code: 'T0007', transaction_amount: amount, invoice_id: number })
  const payment = {
    type: 'PAYPAL',
    payment_id: fieldOf(object.transaction_info, 'transaction_id'),
    payment_date: calendarDate(merchant.now()),
    method: 'PAYPAL',
    amount,
  }
  return merchant.update('invoices', invoice.key, {
    status: share === 1 ? 'PAID' : 'PARTIALLY_PAID',
    due_amount: money(amountOf(due) - paid, due.currency_code),
    payments: { paid_amount: amount, transactions: [payment] },
  }).key
}

/** A payment of an invoice that is given back. */
export const refundInvoice: Step = (merchant) => {
  const invoice = pickInvoice(merchant, ['PAID'])
  const total = invoice && totalOf(invoice)
  if (!invoice || !total) return
  const id = fieldOf(invoice.object, 'payments', 'transactions', '0', 'payment_id')
  if (typeof id !== 'string') return
  const payer = { payer_info: { payer_name: {}, address_status: 'N' }, transaction_info: { transaction_id: id } }
  const amount = money(-amountOf(total), total.currency_code)
  follow(merchant, payer, { transaction_event_code: 'T1107', transaction_amount: amount })
  return merchant.update('invoices', invoice.key, { status: 'REFUNDED', refunds: { refund_amount: total } }).key
}
