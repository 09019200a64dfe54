import type { StripeObject } from '../resource.ts'
import { lineObject } from '../resources/invoice-lines.ts'
import { book, collect, draft, totals } from './billing.ts'
import type { Stage } from './simulated-account.ts'
import type { Step } from './steps.ts'

/** Invoices and the money that follows them. */
export const paying: Readonly<Record<string, Step>> = {
  'invoice is drafted': (stage) => {
    const subscription = stage.pick('subscriptions', ({ status }) => status === 'active')
    return subscription && draft(stage, subscription).id
  },
  'draft gets a line': (stage) => addLines(stage, 1),
  'draft gets eleven lines': (stage) => addLines(stage, 11),
  'draft loses a line': (stage) => {
    const invoice = stage.pick('invoices', isDraft)
    const lines = stage.live.invoices.rows(invoice?.id ?? '') ?? []
    const lost = lines.at(-1)
    if (!invoice || !lost || lines.length < 2) return
    const item = (lost.parent as { invoice_item_details?: { invoice_item: string } }).invoice_item_details?.invoice_item
    if (item && stage.live.invoiceitems.retrieve(item)) stage.remove('invoiceitems', item)
    stage.update('invoices', invoice.id, { lines: lines.slice(0, -1), ...totals(lines.slice(0, -1)) })
    return invoice.id
  },
  'draft is deleted': (stage) => {
    const invoice = stage.pick('invoices', isDraft)
    if (!invoice) return
    stage.remove('invoices', invoice.id)
    return invoice.id
  },
  'invoice is paid': (stage) => attempt(stage, true),
  'invoice fails to be paid': (stage) => attempt(stage, false),
  'invoice is voided': (stage) => {
    const invoice = stage.pick('invoices', ({ status }) => status === 'open')
    if (!invoice) return
    stage.update('invoices', invoice.id, { status: 'void', amount_remaining: 0, auto_advance: false })
    return invoice.id
  },
  'charge is refunded in part': (stage) => refund(stage, 3),
  'charge is refunded': (stage) => refund(stage, 1),
  'charge is disputed': (stage) => {
    const charge = stage.pick(
      'charges',
      ({ status, disputed, amount_refunded }) => status === 'succeeded' && !disputed && amount_refunded === 0,
    )
    if (!charge) return
    const { amount, currency, payment_intent } = charge
    const id = stage.newId('du_')
    book(stage, { id: stage.newId('txn_'), source: id, amount: -Number(amount), currency, type: 'adjustment' })
    stage.insert('disputes', {
      id,
      amount,
      charge: charge.id,
      currency,
      payment_intent,
      balance_transactions: [],
      status: 'needs_response',
    })
    stage.update('charges', charge.id, { disputed: true })
    return id
  },
  'dispute is closed': (stage) => {
    const dispute = stage.pick('disputes', ({ status }) => status === 'needs_response' || status === 'under_review')
    if (!dispute) return
    stage.update('disputes', dispute.id, { status: stage.random() % 2 ? 'won' : 'lost' })
    return dispute.id
  },
  'credit note is issued': (stage) => {
    const invoice = stage.pick('invoices', ({ status }) => status === 'paid')
    if (!invoice) return
    return stage.insert('credit_notes', {
      invoice: invoice.id,
      customer: invoice.customer,
      currency: invoice.currency,
      status: 'issued',
      voided_at: null,
    }).id
  },
  'credit note is voided': (stage) => {
    const note = stage.pick('credit_notes', ({ status }) => status === 'issued')
    if (!note) return
    stage.update('credit_notes', note.id, { status: 'void', voided_at: stage.now() })
    return note.id
  },
  'payout is sent': (stage) => {
    const entry = stage.newId('txn_')
    const payout = stage.insert('payouts', {
      status: 'in_transit',
      arrival_date: stage.now() + 2 * 86_400,
      balance_transaction: entry,
    })
    book(stage, {
      id: entry,
      source: payout.id,
      amount: -Number(payout.amount),
      currency: payout.currency,
      type: 'payout',
    })
    return payout.id
  },
  'payout arrives': (stage) => {
    const payout = stage.pick('payouts', ({ status }) => status === 'in_transit')
    if (!payout) return
    stage.update('payouts', payout.id, { status: 'paid' })
    return payout.id
  },
}

const isDraft = ({ status }: StripeObject) => status === 'draft'

function attempt(stage: Stage, succeeds: boolean): string | undefined {
  const invoice = stage.pick('invoices', ({ status }) => status === 'draft' || status === 'open')
  if (!invoice) return
  collect(stage, invoice, succeeds)
  return invoice.id
}

function refund(stage: Stage, part: number): string | undefined {
  const charge = stage.pick(
    'charges',
    ({ status, amount, amount_refunded, disputed }) =>
      status === 'succeeded' && !disputed && Number(amount) - Number(amount_refunded) > 3,
  )
  if (!charge) return
  const { currency, payment_intent } = charge
  const left = Number(charge.amount) - Number(charge.amount_refunded)
  const amount = Math.floor(left / part)
  const [id, entry] = [stage.newId('re_'), stage.newId('txn_')]
  book(stage, { id: entry, source: id, amount: -amount, currency, type: 'refund' })
  stage.insert('refunds', {
    id,
    amount,
    charge: charge.id,
    currency,
    payment_intent,
    balance_transaction: entry,
    status: 'succeeded',
  })
  stage.update('charges', charge.id, {
    amount_refunded: Number(charge.amount_refunded) + amount,
    refunded: amount === left,
  })
  return id
}

function addLines(stage: Stage, count: number): string | undefined {
  const invoice = stage.pick('invoices', isDraft)
  const price = stage.pick('prices')
  if (!invoice || !price) return
  const { id, currency, customer } = invoice
  const added = Array.from({ length: count }, () => {
    const amount = 100 + (stage.random() % 5_000)
    const item = stage.insert('invoiceitems', {
      amount,
      net_amount: amount,
      currency,
      customer,
      invoice: id,
      parent: null,
    })
    return lineObject({
      id: stage.newId('il_'),
      invoice: id,
      created: stage.now(),
      currency: String(currency),
      livemode: false,
      subscription: null,
      item: '',
      price: price.id,
      product: String(price.product),
      unitAmountDecimal: String(amount),
      amount,
      quantity: 1,
      description: 'Nachtrag',
      invoiceItem: item.id,
      proration: false,
      credits: null,
      taxRate: null,
    })
  })
  const lines = [...(stage.live.invoices.rows(id) ?? []), ...added]
  stage.update('invoices', id, { lines, ...totals(lines), total_taxes: [] })
  return id
}
