import type { Dataset } from '../dataset.ts'
import { invoiceNumber, invoiceStatus, isPaid } from '../dataset.ts'
import { slots } from '../ledger/line-kinds.ts'
import { type Payer, payerAt } from '../ledger/payers.ts'
import { payerNumber } from '../ledger/transaction.ts'
import { inCurrency, money } from '../money.ts'
import type { Fields } from '../paypal-object.ts'
import { calendarDate, day, timestamp } from '../timestamps.ts'

/** The invoice with its items and payments, which a search leaves out. */
export function invoiceAt(n: number, data: Dataset): Fields {
  const { stories } = data
  const line = n < stories.spread ? stories.numberOf(n, slots.invoice) : undefined
  const hasLine = line !== undefined && line < stories.count
  const status = invoiceStatus(n)
  const currency = hasLine ? stories.currency(line) : 'USD'
  const total = hasLine ? stories.amount(line) : inCurrency(5_000, currency)
  const paidAt = hasLine ? stories.time(line) : data.now - 1
  const created = paidAt - day - (n % 9) * day
  const payer = payerAt(data.seed, hasLine ? payerNumber(line, { ...data }) : n % data.payers)
  return {
    id: data.id('invoices', n),
    status,
    ...bill({ number: invoiceNumber(n), status, currency, total, created, payer, lines: linesIn(n) }),
    ...(isPaid(status) && hasLine ? paymentsOf(n, data, total, currency, paidAt) : {}),
  }
}

interface Bill {
  readonly number: string
  readonly status: string
  readonly currency: string
  readonly total: number
  /** Unix seconds. */
  readonly created: number
  readonly payer: Payer
  readonly lines: number
}

/** What every invoice has: the detail, the parties, the items and the amounts. */
export function bill({ number, status, currency, total, created, payer, lines }: Bill): Fields {
  const isOpen = /^(SENT|UNPAID|SCHEDULED|PAYMENT_PENDING|DRAFT)$/.test(status)
  const due = isOpen ? total : status === 'PARTIALLY_PAID' ? Math.ceil(total / 2) : 0
  const sent = status === 'DRAFT' || status === 'SCHEDULED' ? {} : { first_sent_time: timestamp(created + 600) }
  return {
    detail: {
      invoice_number: number,
      ...(total % 3 === 0 ? { reference: 'deal-ref' } : {}),
      invoice_date: calendarDate(created),
      currency_code: currency,
      ...(total % 5 === 0 ? { note: 'Danke für den Einkauf!', memo: 'internal' } : {}),
      payment_term: { term_type: 'NET_10', due_date: calendarDate(created + 10 * day) },
      metadata: {
        create_time: timestamp(created),
        ...sent,
        ...(status === 'CANCELLED' ? { cancel_time: timestamp(created + 2 * day) } : {}),
        created_by_flow: 'REGULAR_SINGLE',
        recipient_view_url: `https://www.paypal.com/invoice/p/${number}`,
      },
    },
    invoicer: { business_name: 'Sandbox & Söhne', email_address: 'merchant@example.com' },
    primary_recipients: [
      { billing_info: { name: { given_name: payer.givenName, surname: payer.surname }, email_address: payer.email } },
    ],
    items: itemsOf(total, currency, lines),
    configuration: { tax_calculated_after_discount: true, tax_inclusive: false, allow_tip: false },
    amount: {
      currency_code: currency,
      value: money(total, currency).value,
      breakdown: { item_total: money(total, currency) },
    },
    due_amount: money(due, currency),
  }
}

/** Items whose amounts add up to the total. One invoice in forty has as many as an invoice may have. */
function itemsOf(total: number, currency: string, lines: number): readonly Fields[] {
  const count = Math.max(1, Math.min(lines, total))
  const each = Math.floor(total / count)
  return Array.from({ length: count }, (_, at) => ({
    id: `ITEM-${at + 1}`,
    name: `Work ${at + 1}`,
    ...(at % 2 === 0 ? { description: 'Stunden “nach Aufwand”' } : {}),
    quantity: '1',
    unit_amount: money(at === 0 ? total - each * (count - 1) : each, currency),
    unit_of_measure: at % 3 === 2 ? 'HOURS' : 'QUANTITY',
  }))
}

const linesIn = (n: number) => (n % 40 === 17 ? 100 : 1 + (n % 3))

function paymentsOf(n: number, data: Dataset, total: number, currency: string, paidAt: number): Fields {
  const line = data.stories.numberOf(n, slots.invoice)
  const status = invoiceStatus(n)
  const payment = {
    type: 'PAYPAL',
    payment_id: data.stories.transactionId(line),
    payment_date: calendarDate(paidAt),
    method: 'PAYPAL',
    amount: money(total, currency),
  }
  const refunded = status === 'REFUNDED' ? total : Math.max(1, Math.floor(total / 2))
  return {
    payments: { paid_amount: money(total, currency), transactions: [payment] },
    ...(status === 'PAID' ? {} : { refunds: { refund_amount: money(refunded, currency) } }),
  }
}
