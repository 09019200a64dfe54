import type { StripeObject } from '../resource.ts'
import { lineObject } from '../resources/invoice-lines.ts'
import type { SimulatedAccount } from './simulated-account.ts'

/** A subscription item as the sandbox generates it. */
interface ItemRow extends StripeObject {
  readonly quantity: number
  readonly price: StripeObject & { readonly product: string; readonly unit_amount_decimal: string }
}

// The sandbox generates the rows of subscriptions, and all have the shape of its generator.
export const itemsOf = (account: SimulatedAccount, subscription: string) =>
  (account.live.subscriptions.rows(subscription) ?? []) as readonly ItemRow[]

/** Inserts a draft for the next period of a subscription, with a line for each item. */
export function draft(account: SimulatedAccount, subscription: StripeObject): StripeObject {
  const id = account.newId('in_')
  const created = account.now()
  const lines = itemsOf(account, subscription.id).map((item) =>
    lineObject({
      id: account.newId('il_'),
      invoice: id,
      created,
      currency: String(subscription.currency),
      livemode: false,
      subscription: subscription.id,
      item: item.id,
      price: item.price.id,
      product: item.price.product,
      unitAmountDecimal: item.price.unit_amount_decimal,
      amount: Math.round(item.quantity * Number(item.price.unit_amount_decimal)),
      quantity: item.quantity,
      description: 'Renewal – 更新',
      invoiceItem: null,
      proration: false,
      credits: null,
      taxRate: null,
    }),
  )
  const invoice = account.insert('invoices', {
    id,
    customer: subscription.customer,
    currency: subscription.currency,
    parent: {
      quote_details: null,
      subscription_details: { metadata: {}, subscription: subscription.id },
      type: 'subscription_details',
    },
    ...unpaid,
    ...totals(lines),
    lines,
  })
  account.update('subscriptions', subscription.id, { latest_invoice: id })
  return invoice
}

const unpaid = {
  amount_paid: 0,
  attempt_count: 0,
  attempted: false,
  auto_advance: true,
  billing_reason: 'subscription_cycle',
  discounts: [],
  effective_at: null,
  ending_balance: null,
  hosted_invoice_url: null,
  invoice_pdf: null,
  number: null,
  status: 'draft',
  status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
  total_taxes: [],
}

/** The sums of an unpaid invoice with these lines. */
export function totals(lines: readonly StripeObject[]) {
  const total = lines.reduce((sum, { amount }) => sum + Number(amount), 0)
  return {
    amount_due: total,
    amount_remaining: total,
    subtotal: total,
    subtotal_excluding_tax: total,
    total,
    total_excluding_tax: total,
  }
}

/** Tries to collect an invoice: a payment intent, a charge and, if it succeeds, a balance transaction. */
export function collect(account: SimulatedAccount, invoice: StripeObject, succeeds: boolean): void {
  const now = account.now()
  const { currency, customer, total: amount } = invoice
  const status = succeeds ? 'succeeded' : 'failed'
  const [intent, charge, entry] = [account.newId('pi_'), account.newId('ch_'), succeeds ? account.newId('txn_') : null]
  account.insert('invoice_payments', {
    invoice: invoice.id,
    ...{ amount_paid: succeeds ? amount : null, amount_requested: amount, currency },
    payment: { payment_intent: intent, type: 'payment_intent' },
    status: succeeds ? 'paid' : 'open',
    status_transitions: { canceled_at: null, paid_at: succeeds ? now : null },
  })
  account.insert('payment_intents', {
    id: intent,
    amount,
    amount_received: succeeds ? amount : 0,
    currency,
    customer,
    latest_charge: charge,
    canceled_at: null,
    cancellation_reason: null,
    status: succeeds ? 'succeeded' : 'requires_payment_method',
  })
  if (entry) book(account, { id: entry, source: charge, amount: Number(amount), currency, type: 'charge' })
  account.insert('charges', {
    id: charge,
    ...{ amount, currency, customer, status, payment_intent: intent, balance_transaction: entry },
    ...{ amount_captured: succeeds ? amount : 0, amount_refunded: 0, captured: succeeds, paid: succeeds },
    ...{ refunded: false, disputed: false, failure_code: succeeds ? null : 'card_declined' },
  })
  const attempt = { attempt_count: Number(invoice.attempt_count) + 1, attempted: true }
  const paid = { amount_paid: amount, amount_remaining: 0, status: 'paid', auto_advance: false }
  const transitions = {
    ...(invoice.status_transitions as object),
    finalized_at: now,
    ...(succeeds ? { paid_at: now } : {}),
  }
  account.update('invoices', invoice.id, {
    ...attempt,
    ...(succeeds ? paid : { status: 'open' }),
    status_transitions: transitions,
  })
}

interface Entry {
  readonly id: string
  readonly source: string
  readonly amount: number
  readonly currency: unknown
  readonly type: string
}

/** Inserts a balance transaction, which makes no event. */
export function book(account: SimulatedAccount, entry: Entry): void {
  const fields = {
    fee: 0,
    fee_details: [],
    net: entry.amount,
    reporting_category: entry.type,
    status: 'pending',
    description: null,
  }
  account.insert('balance_transactions', { ...entry, ...fields, available_on: account.now() + 7 * 86_400 })
}
