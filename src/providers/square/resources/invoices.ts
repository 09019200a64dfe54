import { invoices as table } from '../../../db/schema.ts'
import { dateTime, type Fields, fields, list, metadataOf, reference, text } from '../../../provider/fields.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import { pageOf, retrieveAt } from '../list.ts'
import { currency, day, nameOf, sumOf, valuesIn } from '../readers.ts'
import { byLocation, type SquareResource } from '../resource.ts'

const requestsOf = (invoice: Fields) => list(invoice.payment_requests) ?? []
const totalOf = (invoice: Fields) => sumOf(valuesIn(invoice, 'payment_requests', 'computed_amount_money'))

/** Nothing is paid of payment requests that say nothing of it: the specification requires no field of them. */
function paidOf(invoice: Fields): number | null {
  const paid = valuesIn(invoice, 'payment_requests', 'total_completed_amount_money')
  return paid.length === 0 && totalOf(invoice) !== null ? 0 : sumOf(paid)
}

const currencyOf = (invoice: Fields) =>
  currency(fields(fields(requestsOf(invoice)[0]).computed_amount_money).currency) ??
  currency(fields(invoice.next_payment_amount_money).currency)

/** Invoices. A list has one location and takes no time. Drafts can be deleted. The lines are those of the order. */
export const invoices: SquareResource<typeof table> = {
  name: 'invoices',
  table,
  owner: { customer: ['customerId'], about: ['subscriptionId', 'orderId'] },
  partition: byLocation,
  pageSize: 200,
  list: async (square, { cursor, limit, part }) =>
    pageOf(
      await square.get('/v2/invoices', { location_id: part, limit: String(limit), cursor: cursor ?? undefined }),
      'invoices',
    ),
  retrieve: (square, id) => retrieveAt(square, `/v2/invoices/${encodeURIComponent(id)}`, 'invoice'),
  row: mapping<typeof table>({
    customerId: at(reference, 'primary_recipient.customer_id'),
    subscriptionId: at(reference, 'subscription_id'),
    orderId: at(reference, 'order_id'),
    locationId: at(text, 'location_id'),
    number: at(text, 'invoice_number'),
    status: text,
    currency: derived(currencyOf),
    collectionMethod: at(text, 'delivery_method'),
    total: derived(totalOf),
    amountDue: derived(totalOf),
    amountPaid: derived(paidOf),
    amountRemaining: derived((invoice) => {
      const [total, paid] = [totalOf(invoice), paidOf(invoice)]
      return total === null ? null : total - (paid ?? 0)
    }),
    dueDate: derived((invoice) => day(fields(requestsOf(invoice).at(-1)).due_date)),
    nextPaymentAttempt: at(dateTime, 'scheduled_at'),
    customerEmail: at(text, 'primary_recipient.email_address'),
    customerName: derived((invoice) => nameOf(fields(invoice.primary_recipient))),
    metadata: derived((invoice) => metadataOf(invoice, 'title', 'description', 'public_url', 'sale_or_service_date')),
    createdAt: at(dateTime, 'created_at'),
    updatedAt: at(dateTime, 'updated_at'),
    ...absent(
      'billingReason',
      'subtotal',
      'discountAmount',
      'taxAmount',
      'totalExcludingTax',
      'amountOverpaid',
      'startingBalance',
      'endingBalance',
      'attemptCount',
      'attempted',
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
