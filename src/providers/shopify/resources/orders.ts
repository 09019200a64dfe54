import * as tables from '../../../db/schema.ts'
import { SyncError } from '../../../errors.ts'
import { permissionDenied, type Query, type Retrieved } from '../../../provider/contract.ts'
import { dateTime, fields, metadataOf, reference, text } from '../../../provider/fields.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import type { ShopifyAnswer } from '../answer.ts'
import { type ShopifyConnection, scopesIn } from '../connection.ts'
import { currency, money } from '../readers.ts'
import { createdAt, resource, type ShopifyResource, updatedAt } from '../resource.ts'
import { orderDocument, ordersDocument } from './order-documents.ts'
import { lines } from './order-lines.ts'
import { isLive, payments, refunds } from './order-payments.ts'

/** The scope without which Shopify shows orders of the last 60 days only, and says nothing about it. */
const allOrders = 'read_all_orders'
const shownSeconds = 60 * 86_400

const listed = resource<typeof tables.orders>(
  {
    name: 'orders',
    table: tables.orders,
    owner: { customer: ['customerId'] },
    createdFilter: createdAt,
    updatedFilter: updatedAt,
    nested: [lines, payments, refunds],
    row: mapping<typeof tables.orders>({
      customerId: at(reference, 'customer.id'),
      number: at(text, 'name'),
      status: at(text, 'displayFinancialStatus'),
      fulfillmentStatus: at(text, 'displayFulfillmentStatus'),
      source: at(text, 'sourceName'),
      currency: at(currency, 'currencyCode'),
      subtotal: at(money, 'subtotalPriceSet.shopMoney'),
      discountAmount: at(money, 'totalDiscountsSet.shopMoney'),
      taxAmount: at(money, 'totalTaxSet.shopMoney'),
      shippingAmount: at(money, 'totalShippingPriceSet.shopMoney'),
      tipAmount: at(money, 'totalTipReceivedSet.shopMoney'),
      total: at(money, 'totalPriceSet.shopMoney'),
      amountPaid: at(money, 'totalReceivedSet.shopMoney'),
      amountRemaining: at(money, 'totalOutstandingSet.shopMoney'),
      amountRefunded: at(money, 'totalRefundedSet.shopMoney'),
      presentmentAmount: at(money, 'totalPriceSet.presentmentMoney'),
      presentmentCurrency: at(currency, 'totalPriceSet.presentmentMoney.currencyCode'),
      customerEmail: at(text, 'email'),
      description: at(text, 'note'),
      cancellationReason: at(text, 'cancelReason'),
      canceledAt: at(dateTime, 'cancelledAt'),
      closedAt: at(dateTime, 'closedAt'),
      processedAt: at(dateTime, 'processedAt'),
      livemode: derived(({ test }) => isLive(test)),
      metadata: derived((order) => metadataOf(order, 'tags', 'returnStatus')),
      createdAt: at(dateTime, 'createdAt'),
      updatedAt: at(dateTime, 'updatedAt'),
      ...absent('locationId', 'serviceChargeAmount'),
    }),
  },
  {
    document: ordersDocument,
    path: ['orders'],
    scope: 'read_orders',
    terms: { created: 'created_at', updated: 'updated_at' },
    sortKeys: true,
    counted: 'ordersCount',
    beginning: noteOfHistory,
    objectQuery: { document: orderDocument, field: 'order' },
  },
)

/**
 * Orders with their lines, payments and refunds. Without the scope `read_all_orders` an order that is not shown may be older
 * than 60 days: it is then not taken for deleted.
 */
export const orders: ShopifyResource<typeof tables.orders> = {
  ...listed,
  /** Shopify does not say whether it counts orders that it does not show. */
  async count(shopify, signal) {
    if (!listed.count || !(await shopify.scopes()).has(allOrders)) return null
    return await listed.count(shopify, signal)
  },
  async retrieve(shopify: ShopifyConnection, id: string, signal: AbortSignal): Promise<Retrieved> {
    const retrieved = await listed.retrieve(shopify, id, signal)
    if (retrieved.item || (await shopify.scopes()).has(allOrders)) return retrieved
    throw new SyncError(
      'reject',
      permissionDenied,
      `shopify: the order ${id} is not shown. It was deleted, or it is older than 60 days and the app lacks the scope ${allOrders}. Let Shopify grant the app this scope.`,
      { scope: 'object' },
    )
  },
}

/** Says that older orders are missing, if the window asks for them. */
function noteOfHistory({ data, date }: ShopifyAnswer, { window }: Query): string | undefined {
  const shownFrom = date.getTime() / 1_000 - shownSeconds
  if ((window?.from ?? 0) >= shownFrom || scopesIn(fields(data.value())).has(allOrders)) return undefined
  return `orders: Shopify shows the last 60 days only, because the app lacks the scope ${allOrders}. Orders from before are missing, with their lines, payments and refunds`
}
