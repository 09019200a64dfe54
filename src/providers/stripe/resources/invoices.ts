import * as tables from '../../../db/schema.ts'
import { flag, integer, object, reference, text, unixSeconds } from '../../../provider/fields.ts'
import type { Item } from '../../../provider/item.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import { embeddedIn, embeddedList } from '../embedded.ts'
import { listPage } from '../list.ts'
import { nested, parentId } from '../nested.ts'
import { inclusiveTax, total } from '../readers.ts'
import { resource } from '../resource.ts'
import { billedColumns, pricesIn } from './billed-columns.ts'
import { embeddedPrices } from './prices.ts'

const linesOf = (invoice: Item) => embeddedList(invoice, 'lines')

const lines = nested('invoice_lines', {
  table: tables.invoiceLines,
  parent: 'invoiceId',
  owner: { about: ['invoiceId'] },
  embedded: linesOf,
  list: (stripe, invoice, query) => listPage(stripe, `/v1/invoices/${encodeURIComponent(invoice)}/lines`, query),
  embeddedItems: (line) => embeddedPrices(pricesIn(line)),
  row: mapping<typeof tables.invoiceLines>({
    ...billedColumns,
    invoiceId: parentId,
    subscriptionId: at(
      reference,
      'parent.subscription_item_details.subscription',
      'parent.invoice_item_details.subscription',
      'subscription',
    ),
    subscriptionItemId: at(reference, 'parent.subscription_item_details.subscription_item', 'subscription_item'),
    invoiceItemId: at(
      reference,
      'parent.invoice_item_details.invoice_item',
      'parent.subscription_item_details.invoice_item',
      'invoice_item',
    ),
    type: at(origin, 'parent.type', 'type'),
    amount: integer,
    subtotal: at(integer, 'subtotal', 'amount'),
    discountAmount: at(total, 'discount_amounts'),
    taxAmount: at(total, 'taxes', 'tax_amounts'),
    inclusiveTaxAmount: derived(inclusiveTax),
    proration: at(
      flag,
      'parent.subscription_item_details.proration',
      'parent.invoice_item_details.proration',
      'proration',
    ),
    // A line has no creation time; its invoice has.
    createdAt: at(unixSeconds, 'created'),
    ...absent('updatedAt'),
  }),
})

export const invoices = resource('invoices', '/v1/invoices', {
  table: tables.invoices,
  owner: { customer: ['customerId'], about: ['subscriptionId'] },
  nested: [lines],
  embeddedItems: (invoice) => embeddedPrices(embeddedIn(linesOf(invoice), pricesIn)),
  row: mapping<typeof tables.invoices>({
    customerId: at(reference, 'customer'),
    subscriptionId: at(reference, 'parent.subscription_details.subscription', 'subscription'),
    number: text,
    status: text,
    currency: text,
    billingReason: text,
    collectionMethod: text,
    subtotal: integer,
    discountAmount: at(total, 'total_discount_amounts'),
    taxAmount: at(total, 'total_taxes', 'total_tax_amounts', 'tax'),
    total: integer,
    totalExcludingTax: integer,
    amountDue: integer,
    amountPaid: integer,
    amountRemaining: integer,
    amountOverpaid: integer,
    startingBalance: integer,
    endingBalance: integer,
    attemptCount: integer,
    attempted: flag,
    nextPaymentAttempt: unixSeconds,
    dueDate: unixSeconds,
    periodStart: unixSeconds,
    periodEnd: unixSeconds,
    effectiveAt: unixSeconds,
    finalizedAt: at(unixSeconds, 'status_transitions.finalized_at'),
    paidAt: at(unixSeconds, 'status_transitions.paid_at'),
    voidedAt: at(unixSeconds, 'status_transitions.voided_at'),
    markedUncollectibleAt: at(unixSeconds, 'status_transitions.marked_uncollectible_at'),
    customerEmail: text,
    customerName: text,
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('orderId', 'locationId', 'updatedAt'),
  }),
})

export const invoiceItems = resource('invoice_items', '/v1/invoiceitems', {
  table: tables.invoiceItems,
  owner: { customer: ['customerId'], about: ['invoiceId', 'subscriptionId'] },
  createdFilter: { field: 'date' },
  // There is no invoiceitem.updated: an item that waits for its invoice may change, and then moves to the invoice.
  unsettled: { by: { column: 'invoiceId' }, values: [null], parameters: { pending: 'true' } },
  embeddedItems: (item) => embeddedPrices(pricesIn(item)),
  row: mapping<typeof tables.invoiceItems>({
    ...billedColumns,
    customerId: at(reference, 'customer'),
    invoiceId: at(reference, 'invoice'),
    subscriptionId: at(reference, 'parent.subscription_details.subscription', 'subscription'),
    subscriptionItemId: at(reference, 'parent.subscription_details.subscription_item', 'subscription_item'),
    amount: integer,
    netAmount: integer,
    proration: flag,
    createdAt: at(unixSeconds, 'date'),
    ...absent('updatedAt'),
  }),
})

export const invoicePayments = resource('invoice_payments', '/v1/invoice_payments', {
  table: tables.invoicePayments,
  owner: { about: ['invoiceId'] },
  // Of an invoice payment only its success has an event.
  unsettled: { by: { column: 'status' }, values: ['open'], parameters: { status: 'open' } },
  row: mapping<typeof tables.invoicePayments>({
    invoiceId: at(reference, 'invoice'),
    paymentIntentId: at(reference, 'payment.payment_intent'),
    paymentId: at(reference, 'payment.charge'),
    paymentRecordId: at(reference, 'payment.payment_record'),
    status: text,
    amountRequested: integer,
    amountPaid: integer,
    currency: text,
    isDefault: flag,
    paidAt: at(unixSeconds, 'status_transitions.paid_at'),
    canceledAt: at(unixSeconds, 'status_transitions.canceled_at'),
    livemode: flag,
    createdAt: at(unixSeconds, 'created'),
    ...absent('updatedAt'),
  }),
})

/** The origin of a line: `subscription_item_details`; before API 2025-03-31 `subscription`. */
function origin(value: unknown): string | null {
  if (value === 'subscription') return 'subscription_item'
  if (value === 'invoiceitem') return 'invoice_item'
  return text(value)?.replace(/_details$/, '') ?? null
}
