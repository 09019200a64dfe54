import * as tables from '../../../db/schema.ts'
import type { EmbeddedList, Nested } from '../../../provider/contract.ts'
import {
  dateTime,
  type Fields,
  fields,
  integer,
  metadataOf,
  object,
  reference,
  text,
} from '../../../provider/fields.ts'
import { type Item, itemsIn } from '../../../provider/item.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import type { SquareConnection } from '../connection.ts'
import { pageOf, retrieveAt, timeRange } from '../list.ts'
import { currency, sumOf, valuesIn } from '../readers.ts'
import { byLocations, createdAt, offlineSeconds, type SquareResource, updatedAt } from '../resource.ts'

/** A line's `uid` is unique in its order only; without one, its place is. The specification does not require it. */
function linesOf(order: Item): EmbeddedList | null {
  const lines = itemsIn(order.at('line_items'))
  const items = (lines ?? []).map((line, place) => {
    const uid = text(fields(line.value()).uid)
    return order.id === null ? line : line.withId(`${order.id}:${uid || place}`)
  })
  return { items, next: null }
}

/** A quantity as a whole number; null if it has a fraction. */
const whole = (value: unknown) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : null)
const decimalText = (value: unknown) =>
  typeof value === 'string' && /^-?\d{1,30}(\.\d{1,30})?$/.test(value) ? value : null

const lines: Nested<SquareConnection, typeof tables.orderLines> = {
  name: 'order_lines',
  table: tables.orderLines,
  parent: 'orderId',
  owner: { about: ['orderId'] },
  embedded: linesOf,
  list: () => Promise.reject(new Error('an order has all its lines')),
  row: mapping<typeof tables.orderLines>({
    orderId: derived(() => null),
    priceId: at(reference, 'catalog_object_id'),
    type: at(text, 'item_type'),
    description: at(text, 'name', 'note'),
    currency: at(currency, 'total_money.currency'),
    quantity: derived((line) => whole(line.quantity)),
    quantityDecimal: at(decimalText, 'quantity'),
    unitAmount: at(integer, 'base_price_money.amount'),
    amount: at(integer, 'gross_sales_money.amount'),
    discountAmount: at(integer, 'total_discount_money.amount'),
    taxAmount: at(integer, 'total_tax_money.amount'),
    total: at(integer, 'total_money.amount'),
    metadata: object,
    createdAt: derived(() => null),
    ...absent('subscriptionId', 'productId', 'sku', 'updatedAt'),
  }),
}

/** What the tenders of an order paid. */
const paidOf = (order: Fields) => sumOf(valuesIn(order, 'tenders', 'amount_money'))

/** Orders with their lines, which Square never deletes. A search has ten locations at most. */
export const orders: SquareResource<typeof tables.orders> = {
  name: 'orders',
  table: tables.orders,
  owner: { customer: ['customerId', { path: 'tenders.*.customer_id' }] },
  partition: byLocations,
  pageSize: 500,
  createdFilter: createdAt,
  updatedFilter: { ...updatedAt, lag: offlineSeconds },
  nested: [lines],
  async list(square, query) {
    const { by = 'created', cursor, limit, part = '' } = query
    const body = {
      location_ids: part.split(','),
      query: {
        filter: { date_time_filter: { [`${by}_at`]: timeRange(query) } },
        sort: { sort_field: by === 'updated' ? 'UPDATED_AT' : 'CREATED_AT', sort_order: 'DESC' },
      },
      limit,
      ...(cursor !== null && { cursor }),
    }
    return pageOf(await square.post('/v2/orders/search', body), 'orders')
  },
  retrieve: (square, id) => retrieveAt(square, `/v2/orders/${encodeURIComponent(id)}`, 'order'),
  row: mapping<typeof tables.orders>({
    customerId: at(reference, 'customer_id'),
    locationId: at(text, 'location_id'),
    number: at(text, 'ticket_name', 'reference_id'),
    status: at(text, 'state'),
    source: at(text, 'source.name'),
    currency: at(currency, 'total_money.currency'),
    discountAmount: at(integer, 'total_discount_money.amount'),
    taxAmount: at(integer, 'total_tax_money.amount'),
    tipAmount: at(integer, 'total_tip_money.amount'),
    serviceChargeAmount: at(integer, 'total_service_charge_money.amount'),
    total: at(integer, 'total_money.amount'),
    amountPaid: derived(paidOf),
    amountRemaining: at(integer, 'net_amount_due_money.amount'),
    amountRefunded: at(integer, 'return_amounts.total_money.amount'),
    closedAt: at(dateTime, 'closed_at'),
    metadata: derived((order) => object(order.metadata) ?? metadataOf(order, 'reference_id', 'version')),
    createdAt: at(dateTime, 'created_at'),
    updatedAt: at(dateTime, 'updated_at'),
    ...absent(
      'fulfillmentStatus',
      'subtotal',
      'shippingAmount',
      'presentmentAmount',
      'presentmentCurrency',
      'customerEmail',
      'description',
      'cancellationReason',
      'canceledAt',
      'processedAt',
      'livemode',
    ),
  }),
}
