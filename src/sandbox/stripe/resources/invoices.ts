import type Stripe from 'stripe'
import { randomText } from '../../server/ids.ts'
import { oneIn } from '../../server/random.ts'
import type { Dataset, GenerationInput, Resource } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { type InvoiceFacts, invoiceAt, type LineFacts } from './invoice-facts.ts'
import { type Line, lineObject, tax } from './invoice-lines.ts'
import { customerId, day } from './subscription-facts.ts'

/** Invoices with their lines, of which an invoice embeds the first ten. Most belong to subscriptions. */
export const invoices: Resource = {
  path: '/v1/invoices',
  object: 'invoice',
  idPrefix: 'in_',
  createdField: 'created',
  relation: {
    parent: 'subscriptions',
    pattern: [6, 1, 3, 0, 4, 8, 2, 6],
    delay: (index, draw) => index * 30 * day + (index === 0 ? 0 : draw % 3_600),
  },
  generate,
  filters: {
    status: (invoice, value) => invoice.status === value,
    customer: (invoice, value) => invoice.customer === value,
    collection_method: (invoice, value) => invoice.collection_method === value,
    subscription: (invoice, value) => JSON.stringify(invoice.parent).includes(`"subscription":"${value}"`),
  },
  hidden: (invoice) => invoice.test_clock !== null,
  embedded: 'lines',
  expandable: {
    customer: (invoice, live) => ({ customer: live.customers.retrieve(String(invoice.customer)) }),
    discounts: () => ({}),
    lines: () => ({}),
    payments: (invoice, live) => ({
      payments: {
        object: 'list',
        data: live.invoice_payments.related('invoices', invoice.id),
        has_more: false,
        url: '/v1/invoice_payments',
      },
    }),
    parent: () => ({}),
    total_taxes: () => ({}),
    test_clock: () => ({}),
  },
  deleted: 'missing',
}

function generate({ n, id, created, livemode, random, dataset }: GenerationInput) {
  const facts = invoiceAt(dataset, n)
  const { status, total, tax: taxed, subtotal, subscription } = facts
  const customer = dataset.shared('customers', subscription.customer ?? 0)
  const paid = status === 'paid'
  const finalized = status === 'draft' ? null : created + 3_600
  const owed = status === 'void' ? 0 : total
  const data = facts.lines.map((line) => lineObject(lineOf(dataset, facts, line, { id, livemode })))
  return {
    id,
    object: 'invoice',
    account_country: 'DE',
    account_name: 'Sandbox GmbH & Söhne',
    account_tax_ids: null,
    amount_due: total,
    amount_overpaid: 0,
    amount_paid: paid ? total : 0,
    amount_paid_off_stripe: 0,
    amount_remaining: paid ? 0 : owed,
    amount_shipping: 0,
    application: null,
    attempt_count: facts.charges[1] - facts.charges[0],
    attempted: facts.charges[1] > facts.charges[0],
    auto_advance: status === 'draft' || status === 'open',
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: facts.manual
      ? 'manual'
      : created === subscription.created
        ? 'subscription_create'
        : 'subscription_cycle',
    collection_method: oneIn(random, 9) ? 'send_invoice' : 'charge_automatically',
    created,
    currency: subscription.currency,
    custom_fields: null,
    customer: customerId(dataset, subscription.customer),
    customer_account: null,
    customer_address: customer.address as Stripe.Address | null,
    customer_email: `invoices+${randomText(random, 8).toLowerCase()}@example.com`,
    customer_name: customer.name as string | null,
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: customer.tax_exempt as 'none',
    customer_tax_ids: oneIn(random, 6)
      ? [{ type: 'eu_vat', value: `DE${100_000_000 + (random() % 899_999_999)}` }]
      : [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: oneIn(random, 10) ? [`di_${randomText(random, 24)}`] : [],
    due_date: oneIn(random, 9) ? created + 14 * day : null,
    effective_at: finalized,
    ending_balance: finalized && 0,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: finalized === null ? null : `https://invoice.stripe.com/i/acct_sandbox/test_${id}`,
    invoice_pdf: finalized === null ? null : `https://pay.stripe.com/invoice/acct_sandbox/test_${id}/pdf`,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: { object: 'list', data, has_more: false, url: `/v1/invoices/${id}/lines` },
    livemode,
    metadata: {},
    next_payment_attempt: status === 'open' ? dataset.now + 3 * day : null,
    number: finalized === null ? null : `${randomText(random, 8).toUpperCase()}-${String(n % 10_000).padStart(4, '0')}`,
    on_behalf_of: null,
    parent: facts.manual ? null : parentOf(facts),
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: created,
    period_start: created - 30 * day,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status,
    status_transitions: {
      finalized_at: finalized,
      marked_uncollectible_at: status === 'uncollectible' ? created + 20 * day : null,
      paid_at: paid ? created + 3_605 : null,
      voided_at: status === 'void' ? created + day : null,
    },
    subtotal,
    subtotal_excluding_tax: subtotal,
    test_clock: null,
    total,
    total_discount_amounts: [],
    total_excluding_tax: subtotal,
    total_pretax_credit_amounts: [],
    total_taxes: facts.taxRate === undefined ? [] : [tax(taxed, subtotal, dataset.id('tax_rates', facts.taxRate))],
    webhooks_delivered_at: created,
  } satisfies Wire<Stripe.Invoice>
}

const parentOf = ({ subscription }: InvoiceFacts) => ({
  quote_details: null,
  subscription_details: { metadata: {}, subscription: subscription.id },
  type: 'subscription_details',
})

function lineOf(
  dataset: Dataset,
  invoice: InvoiceFacts,
  line: LineFacts,
  { id, livemode }: Pick<GenerationInput, 'id' | 'livemode'>,
): Line {
  const { amount, quantity, proration, invoiceItem, item } = line
  return {
    id: line.id,
    invoice: id,
    created: invoice.created,
    currency: invoice.subscription.currency,
    livemode,
    subscription: invoice.manual ? null : invoice.subscription.id,
    item: item.id,
    price: dataset.id('prices', item.price.n),
    product: item.price.product,
    unitAmountDecimal: item.price.unitAmountDecimal,
    amount,
    quantity,
    description: proration ? 'Unused time – nicht genutzte Zeit' : `${quantity} × Plan №${item.price.n}`,
    invoiceItem: invoiceItem === undefined ? null : dataset.id('invoiceitems', invoiceItem),
    proration,
    credits: proration && amount < 0 ? (invoice.lines[0]?.id ?? line.id) : null,
    taxRate: invoice.taxRate === undefined ? null : dataset.id('tax_rates', invoice.taxRate),
  }
}
