import type { StripeObject } from '../resource.ts'
import { lineObject } from '../resources/invoice-lines.ts'
import { book, collect, draft, totals } from './billing.ts'
import type { SimulatedAccount, Step } from './simulated-account.ts'

/** Invoices and what follows them: payments, refunds, disputes, credit notes, payouts. */
export const invoiceSteps: Readonly<Record<string, Step>> = {
  'invoice is drafted': (account) => {
    const subscription = account.pick('subscriptions', ({ status }) => status === 'active')
    return subscription && draft(account, subscription).id
  },
  'draft gets a line': (account) => addLines(account, 1),
  'draft gets eleven lines': (account) => addLines(account, 11),
  'draft loses a line': (account) => {
    const invoice = account.pick('invoices', isDraft)
    const lines = account.live.invoices.rows(invoice?.id ?? '') ?? []
    const lost = lines.at(-1)
    if (!invoice || !lost || lines.length < 2) return
    const item = (lost.parent as { invoice_item_details?: { invoice_item: string } }).invoice_item_details?.invoice_item
    if (item && account.live.invoiceitems.retrieve(item)) account.remove('invoiceitems', item)
    account.update('invoices', invoice.id, { lines: lines.slice(0, -1), ...totals(lines.slice(0, -1)) })
    return invoice.id
  },
  'draft is deleted': (account) => {
    const invoice = account.pick('invoices', isDraft)
    if (!invoice) return
    account.remove('invoices', invoice.id)
    return invoice.id
  },
  'invoice is paid': (account) => attempt(account, true),
  'invoice fails to be paid': (account) => attempt(account, false),
  'invoice is voided': (account) => {
    const invoice = account.pick('invoices', ({ status }) => status === 'open')
    if (!invoice) return
    account.update('invoices', invoice.id, { status: 'void', amount_remaining: 0, auto_advance: false })
    return invoice.id
  },
  'charge is refunded in part': (account) => refund(account, 3),
  'charge is refunded': (account) => refund(account, 1),
  'charge is disputed': (account) => {
    const charge = account.pick(
      'charges',
      ({ status, disputed, amount_refunded }) => status === 'succeeded' && !disputed && amount_refunded === 0,
    )
    if (!charge) return
    const { amount, currency, payment_intent } = charge
    const id = account.newId('du_')
    book(account, { id: account.newId('txn_'), source: id, amount: -Number(amount), currency, type: 'adjustment' })
    account.insert('disputes', {
      id,
      amount,
      charge: charge.id,
      currency,
      payment_intent,
      balance_transactions: [],
      status: 'needs_response',
    })
    account.update('charges', charge.id, { disputed: true })
    return id
  },
  'dispute is closed': (account) => {
    const dispute = account.pick('disputes', ({ status }) => status === 'needs_response' || status === 'under_review')
    if (!dispute) return
    account.update('disputes', dispute.id, { status: account.random() % 2 ? 'won' : 'lost' })
    return dispute.id
  },
  'credit note is issued': (account) => {
    const invoice = account.pick('invoices', ({ status }) => status === 'paid')
    if (!invoice) return
    return account.insert('credit_notes', {
      invoice: invoice.id,
      customer: invoice.customer,
      currency: invoice.currency,
      status: 'issued',
      voided_at: null,
    }).id
  },
  'credit note is voided': (account) => {
    const note = account.pick('credit_notes', ({ status }) => status === 'issued')
    if (!note) return
    account.update('credit_notes', note.id, { status: 'void', voided_at: account.now() })
    return note.id
  },
  'payout is sent': (account) => {
    const entry = account.newId('txn_')
    const payout = account.insert('payouts', {
      status: 'in_transit',
      arrival_date: account.now() + 2 * 86_400,
      balance_transaction: entry,
    })
    book(account, {
      id: entry,
      source: payout.id,
      amount: -Number(payout.amount),
      currency: payout.currency,
      type: 'payout',
    })
    return payout.id
  },
  'payout arrives': (account) => {
    const payout = account.pick('payouts', ({ status }) => status === 'in_transit')
    if (!payout) return
    account.update('payouts', payout.id, { status: 'paid' })
    return payout.id
  },
}

const isDraft = ({ status }: StripeObject) => status === 'draft'

function attempt(account: SimulatedAccount, succeeds: boolean): string | undefined {
  const invoice = account.pick('invoices', ({ status }) => status === 'draft' || status === 'open')
  if (!invoice) return
  collect(account, invoice, succeeds)
  return invoice.id
}

function refund(account: SimulatedAccount, part: number): string | undefined {
  const charge = account.pick(
    'charges',
    ({ status, amount, amount_refunded, disputed }) =>
      status === 'succeeded' && !disputed && Number(amount) - Number(amount_refunded) > 3,
  )
  if (!charge) return
  const { currency, payment_intent } = charge
  const left = Number(charge.amount) - Number(charge.amount_refunded)
  const amount = Math.floor(left / part)
  const [id, entry] = [account.newId('re_'), account.newId('txn_')]
  book(account, { id: entry, source: id, amount: -amount, currency, type: 'refund' })
  account.insert('refunds', {
    id,
    amount,
    charge: charge.id,
    currency,
    payment_intent,
    balance_transaction: entry,
    status: 'succeeded',
  })
  account.update('charges', charge.id, {
    amount_refunded: Number(charge.amount_refunded) + amount,
    refunded: amount === left,
  })
  return id
}

function addLines(account: SimulatedAccount, count: number): string | undefined {
  const invoice = account.pick('invoices', isDraft)
  const price = account.pick('prices')
  if (!invoice || !price) return
  const { id, currency, customer } = invoice
  const added = Array.from({ length: count }, () => {
    const amount = 100 + (account.random() % 5_000)
    const item = account.insert('invoiceitems', {
      amount,
      net_amount: amount,
      currency,
      customer,
      invoice: id,
      parent: null,
    })
    return lineObject({
      id: account.newId('il_'),
      invoice: id,
      created: account.now(),
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
  const lines = [...(account.live.invoices.rows(id) ?? []), ...added]
  account.update('invoices', id, { lines, ...totals(lines), total_taxes: [] })
  return id
}
