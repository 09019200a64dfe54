import type Stripe from 'stripe'
import { createIds, type Ids } from '../../server/ids.ts'
import { oneIn } from '../../server/random.ts'
import type { GenerationInput, Resource } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { invoiceAt, type LineFacts } from './invoice-facts.ts'
import { customerId, day, maxNestedRows } from './subscription-facts.ts'

export const creditNoteLineIds: Ids = createIds('cnli_', 0xc1)

/** Credit notes over whole lines of an invoice. Some credit an invoice of eleven lines and have eleven lines too. */
export const creditNotes: Resource = {
  path: '/v1/credit_notes',
  object: 'credit_note',
  idPrefix: 'cn_',
  createdField: 'created',
  relation: {
    parent: 'invoices',
    field: 'invoice',
    // The eighth of fifty invoices has eleven lines, see invoice-facts.ts.
    pattern: [0, ...Array.from({ length: 49 }, (_, at) => (at === 6 || at === 30 ? 1 : 0))],
    delay: (_, draw) => 2 * day + (draw % (20 * day)),
  },
  generate,
  filters: {
    customer: (note, value) => note.customer === value,
    invoice: (note, value) => note.invoice === value,
  },
  embedded: 'lines',
  expandable: {
    customer: (note, live) => ({ customer: live.customers.retrieve(String(note.customer)) ?? null }),
    invoice: (note, live) => ({ invoice: live.invoices.retrieve(String(note.invoice)) ?? null }),
    lines: () => ({}),
    refunds: () => ({}),
  },
  deleted: 'missing',
}

function generate({ n, id, created, livemode, random, dataset }: GenerationInput) {
  const invoice = invoiceAt(dataset, dataset.parent('credit_notes', n) ?? 0)
  const credited = invoice.lines.filter(({ amount }) => amount > 0 || invoice.lines.length > 10)
  const amount = credited.reduce((sum, line) => sum + line.amount, 0)
  const voided = oneIn(random, 6)
  const data = credited.map((line, index) =>
    lineObject(line, creditNoteLineIds.idOf(n * maxNestedRows + index), livemode),
  )
  return {
    id,
    object: 'credit_note',
    amount,
    amount_shipping: 0,
    created,
    currency: invoice.subscription.currency,
    customer: customerId(dataset, invoice.subscription.customer),
    customer_account: null,
    customer_balance_transaction: null,
    discount_amount: 0,
    discount_amounts: [],
    effective_at: created,
    invoice: invoice.id,
    lines: { object: 'list', data, has_more: false, url: `/v1/credit_notes/${id}/lines` },
    livemode,
    memo: oneIn(random, 3) ? 'Kulanz – お詫び' : null,
    metadata: {},
    number: `CN-${String(n).padStart(6, '0')}`,
    out_of_band_amount: null,
    pdf: `https://pay.stripe.com/credit_notes/acct_sandbox/${id}/pdf`,
    post_payment_amount: amount,
    pre_payment_amount: 0,
    pretax_credit_amounts: [],
    reason: 'order_change',
    refunds: [],
    shipping_cost: null,
    status: voided ? 'void' : 'issued',
    subtotal: amount,
    subtotal_excluding_tax: amount,
    total: amount,
    total_excluding_tax: amount,
    total_taxes: [],
    type: 'post_payment',
    voided_at: voided ? created + day : null,
  } satisfies Wire<Stripe.CreditNote>
}

const lineObject = (line: LineFacts, id: string, livemode: boolean) =>
  ({
    id,
    object: 'credit_note_line_item',
    amount: line.amount,
    description: null,
    discount_amount: 0,
    discount_amounts: [],
    invoice_line_item: line.id,
    livemode,
    metadata: null,
    pretax_credit_amounts: [],
    quantity: line.quantity,
    tax_rates: [],
    taxes: [],
    type: 'invoice_line_item',
    unit_amount: null,
    unit_amount_decimal: line.item.price.unitAmountDecimal,
  }) satisfies Wire<Stripe.CreditNoteLineItem>
