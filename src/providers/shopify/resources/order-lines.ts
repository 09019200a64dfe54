import * as tables from '../../../db/schema.ts'
import type { EmbeddedList, Nested } from '../../../provider/contract.ts'
import { fields, integer, list, metadataOf, reference, text } from '../../../provider/fields.ts'
import { type Item, itemsIn } from '../../../provider/item.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import type { ShopifyConnection } from '../connection.ts'
import { pageOf, parentIn } from '../list.ts'
import { currency, money, sumOf, valuesIn } from '../readers.ts'
import { linesAtOnce, linesDocument } from './order-documents.ts'

/** The lines of an order, with the cursor of the rest. */
export const lines: Nested<ShopifyConnection, typeof tables.orderLines> = {
  name: 'order_lines',
  table: tables.orderLines,
  parent: 'orderId',
  owner: { about: ['orderId'] },
  embedded: (order) => embeddedIn(order, 'lineItems'),
  async list(shopify, id, { cursor, limit }) {
    const variables = { id, after: cursor, first: Math.min(limit, linesAtOnce) }
    const answer = await shopify.query({ document: linesDocument, variables, scope: 'read_orders' })
    parentIn(answer, 'order')
    return pageOf(answer, ['order', 'lineItems'])
  },
  row: mapping<typeof tables.orderLines>({
    orderId: derived(() => null),
    priceId: at(reference, 'variant.id'),
    productId: at(reference, 'product.id'),
    description: at(text, 'name'),
    sku: text,
    currency: at(currency, 'originalTotalSet.shopMoney.currencyCode'),
    quantity: integer,
    quantityDecimal: derived((line) => integer(line.quantity)?.toString() ?? null),
    unitAmount: at(money, 'originalUnitPriceSet.shopMoney'),
    amount: at(money, 'originalTotalSet.shopMoney'),
    discountAmount: derived((line) => {
      const [amount, discounted] = [shopMoney(line.originalTotalSet), shopMoney(line.discountedTotalSet)]
      return amount === null || discounted === null ? null : amount - discounted
    }),
    taxAmount: derived(({ taxLines }) => (list(taxLines)?.length === 0 ? 0 : sumOf(taxesOf(taxLines)))),
    total: derived((line) => shopMoney(line.discountedTotalSet)),
    metadata: derived((line) => metadataOf(line, 'currentQuantity', 'variantTitle', 'taxLines')),
    createdAt: derived(() => null),
    ...absent('subscriptionId', 'type', 'updatedAt'),
  }),
}

/** The part of a connection that an item has with it. */
export function embeddedIn(item: Item, name: string): EmbeddedList | null {
  const list = item.at(name)
  const items = itemsIn(list.at('nodes'))
  if (!items) return null
  const { hasNextPage, endCursor } = fields(list.at('pageInfo').value())
  return { items, next: hasNextPage === true ? (text(endCursor) ?? '') : null }
}

const shopMoney = (set: unknown) => money(fields(set).shopMoney)
const taxesOf = (taxLines: unknown) => valuesIn(taxLines, 'priceSet').map((set) => fields(set).shopMoney)
