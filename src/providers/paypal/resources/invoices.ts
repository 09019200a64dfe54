import * as tables from '../../../db/schema.ts'
import { SyncError, windowTooLarge } from '../../../errors.ts'
import type { Nested, Page, Query } from '../../../provider/contract.ts'
import { dateTime, decimal, type Fields, fields, list, metadataOf, text } from '../../../provider/fields.ts'
import type { Item } from '../../../provider/item.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import { timesQuantity } from '../../../provider/money.ts'
import type { PayPalConnection } from '../connection.ts'
import { numberedPage, oneWindow, pageNumber, retrieveAt, rfc3339 } from '../list.ts'
import { currencyOf, money, nameOf } from '../readers.ts'
import type { PayPalResource } from '../resource.ts'

const pathOf = (id: string) => `/v2/invoicing/invoices/${encodeURIComponent(id)}`

/** An end for a window without one. */
const farAhead = Date.UTC(2100, 0, 1) / 1_000

/** The most pages of a search. */
const pagesAtMost = 1_000

async function search(paypal: PayPalConnection, query: Query): Promise<Page> {
  const { from = 0, to = null } = query.window ?? {}
  const parameters = { page: String(pageNumber(query)), page_size: String(query.limit), total_required: 'true' }
  // Both ends are required. What the end brings of the next window the core leaves out.
  const range = { start: rfc3339(from), end: rfc3339(to ?? farAhead) }
  const answer = await paypal.post('/v2/invoicing/search-invoices', parameters, { creation_date_range: range })
  const page = numberedPage(answer, { query, name: 'items' })
  if ((page.total ?? 0) <= pagesAtMost * query.limit) return page
  const message = `paypal: a window has more invoices than a search shows (${page.total}). The worker reads it in halves.`
  throw new SyncError('reject', windowTooLarge, message, { scope: 'page' })
}

/** The id of a line is unique in its invoice only; without one, its place is. */
function linesOf(invoice: Item): readonly Item[] {
  const entries = list(fields(invoice.value()).items) ?? []
  return entries.map((entry, place) => {
    const id = text(fields(entry).id)
    return invoice.at('items', place).withId(`${invoice.id}:${id || place}`)
  })
}

/** The unit price times the quantity, if that is a whole number of minor units. */
function lineAmount(line: Fields): number | null {
  const price = money(line.unit_amount)
  const amount = price === null ? null : timesQuantity(BigInt(price), text(line.quantity) ?? '')
  return amount !== null && Number.isSafeInteger(Number(amount)) ? Number(amount) : null
}

const lines: Nested<PayPalConnection, typeof tables.invoiceLines> = {
  name: 'invoice_lines',
  table: tables.invoiceLines,
  parent: 'invoiceId',
  owner: { about: ['invoiceId'] },
  embedded: (invoice) => ({ items: linesOf(invoice), next: null }),
  list: () => Promise.reject(new Error('an invoice has all of its lines')),
  row: mapping<typeof tables.invoiceLines>({
    invoiceId: derived(() => null),
    description: derived((line) => text(line.name) ?? text(line.description)),
    amount: derived(lineAmount),
    currency: derived((line) => currencyOf(line.unit_amount)),
    quantityDecimal: at(decimal, 'quantity'),
    quantity: derived((line) => (/^\d{1,9}$/.test(text(line.quantity) ?? '') ? Number(line.quantity) : null)),
    metadata: derived((line) => metadataOf(line, 'item_date', 'tax', 'discount', 'unit_of_measure')),
    ...absent(
      'inclusiveTaxAmount',
      'subscriptionId',
      'subscriptionItemId',
      'invoiceItemId',
      'priceId',
      'productId',
      'type',
      'subtotal',
      'discountAmount',
      'taxAmount',
      'unitAmountDecimal',
      'proration',
      'discountable',
      'periodStart',
      'periodEnd',
      'livemode',
      'createdAt',
      'updatedAt',
    ),
  }),
}

const detail = (invoice: Fields) => fields(invoice.detail)
const recipient = (invoice: Fields) => fields(fields(fields(list(invoice.primary_recipients)?.[0]).billing_info))

/** Invoices. A draft can be deleted; a sent invoice can only be cancelled. */
export const invoices: PayPalResource<typeof tables.invoices> = {
  name: 'invoices',
  table: tables.invoices,
  owner: { customer: ['customerId'] },
  createdFilter: { field: 'detail.metadata.create_time', read: dateTime, ...oneWindow },
  // What PayPal does with an invoice that is paid or cancelled shows in the next full job.
  unsettled: {
    by: { column: 'status' },
    values: ['DRAFT', 'SENT', 'SCHEDULED', 'UNPAID', 'PARTIALLY_PAID', 'PAYMENT_PENDING'],
  },
  list: search,
  // A search leaves the lines out.
  listsSummaries: true,
  retrieve: (paypal, id) => retrieveAt(paypal, pathOf(id)),
  nested: [lines],
  row: mapping<typeof tables.invoices>({
    number: at(text, 'detail.invoice_number'),
    status: text,
    currency: derived((invoice) => currencyOf(invoice.amount) ?? currencyOf(detail(invoice))),
    subtotal: derived((invoice) => money(fields(fields(invoice.amount).breakdown).item_total)),
    taxAmount: derived((invoice) => money(fields(fields(invoice.amount).breakdown).tax_total)),
    total: at(money, 'amount'),
    amountDue: at(money, 'amount'),
    amountPaid: derived((invoice) => money(fields(invoice.payments).paid_amount)),
    amountRemaining: at(money, 'due_amount'),
    dueDate: derived((invoice) => {
      const due = text(fields(detail(invoice).payment_term).due_date)
      return due === null ? null : dateTime(`${due}T00:00:00Z`)
    }),
    customerEmail: derived((invoice) => text(recipient(invoice).email_address)),
    customerName: derived((invoice) => nameOf(recipient(invoice).name)),
    customerId: derived((invoice) => {
      const address = text(recipient(invoice).email_address)?.trim().toLowerCase()
      return address ? `email:${address}` : null
    }),
    metadata: derived((invoice) => metadataOf(detail(invoice), 'reference', 'note', 'memo')),
    createdAt: at(dateTime, 'detail.metadata.create_time'),
    updatedAt: at(dateTime, 'detail.metadata.last_update_time'),
    ...absent(
      'subscriptionId',
      'orderId',
      'locationId',
      'billingReason',
      'collectionMethod',
      'discountAmount',
      'totalExcludingTax',
      'amountOverpaid',
      'startingBalance',
      'endingBalance',
      'attemptCount',
      'attempted',
      'nextPaymentAttempt',
      'periodStart',
      'periodEnd',
      'effectiveAt',
      'finalizedAt',
      'paidAt',
      'voidedAt',
      'markedUncollectibleAt',
      'livemode',
    ),
  }),
}
