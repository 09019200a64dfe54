import * as tables from '../../../db/schema.ts'
import type { EmbeddedList, Nested } from '../../../provider/contract.ts'
import { dateTime, type Fields, fields, metadataOf, text } from '../../../provider/fields.ts'
import type { Item } from '../../../provider/item.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import { minorUnits } from '../../../provider/money.ts'
import type { ShopifyConnection } from '../connection.ts'
import { pageOf, parentIn } from '../list.ts'
import { currency } from '../readers.ts'
import { createdAt, resource, updatedAt } from '../resource.ts'
import { embeddedIn } from './order-lines.ts'

const variantsInProduct = 4
const variantsAtOnce = 200

const variant = /* GraphQL */ `fragment variant on ProductVariant {
  id title sku price compareAtPrice taxable createdAt updatedAt position
}`

const product = /* GraphQL */ `fragment product on Product {
  id title descriptionHtml status vendor productType tags handle isGiftCard createdAt updatedAt publishedAt
  priceRangeV2 { minVariantPrice { currencyCode } }
  variants(first: ${variantsInProduct}) { nodes { ...variant } pageInfo { hasNextPage endCursor } }
}
${variant}`

const variantsDocument = /* GraphQL */ `query productVariants($id: ID!, $first: Int!, $after: String) {
  product(id: $id) {
    id status priceRangeV2 { minVariantPrice { currencyCode } }
    variants(first: $first, after: $after) { nodes { ...variant } pageInfo { hasNextPage endCursor } }
  }
}
${variant}`

/** The variants of a product. Their price is a number without a currency, which is the shop's and stands in the product. */
function variantsOf(product: Item): EmbeddedList | null {
  const variants = embeddedIn(product, 'variants')
  return variants && { ...variants, items: withProduct(variants.items, product) }
}

function withProduct(variants: readonly Item[], product: Item): readonly Item[] {
  const { status, priceRangeV2 } = fields(product.value())
  const { currencyCode } = fields(fields(priceRangeV2).minVariantPrice)
  return variants.map((item) => item.withFields({ product: { status, currencyCode } }))
}

/** An unlisted product is sold to all who have its link. */
const isSold = ({ status }: Fields) => status === 'ACTIVE' || status === 'UNLISTED'

function priceOf({ price, product }: Fields): number | null {
  const units = minorUnits(price, fields(product).currencyCode)
  return units !== null && Number.isSafeInteger(Number(units)) ? Number(units) : null
}

/** Variants of products. A change of one is a change of its product. */
const prices: Nested<ShopifyConnection, typeof tables.prices> = {
  name: 'prices',
  table: tables.prices,
  parent: 'productId',
  owner: null,
  embedded: variantsOf,
  async list(shopify, id, { cursor, limit }) {
    const variables = { id, after: cursor, first: Math.min(limit, variantsAtOnce) }
    const answer = await shopify.query({ document: variantsDocument, variables, scope: 'read_products' })
    const product = parentIn(answer, 'product')
    const page = pageOf(answer, ['product', 'variants'])
    return { ...page, items: withProduct(page.items, product) }
  },
  row: mapping<typeof tables.prices>({
    productId: derived(() => null),
    active: derived(({ product }) => isSold(fields(product))),
    inline: derived(() => false),
    currency: derived(({ product }) => currency(fields(product).currencyCode)),
    type: derived(() => 'one_time'),
    unitAmount: derived(priceOf),
    lookupKey: at(text, 'sku'),
    nickname: at(text, 'title'),
    metadata: derived((item) => metadataOf(item, 'price', 'compareAtPrice', 'taxable', 'position')),
    createdAt: at(dateTime, 'createdAt'),
    updatedAt: at(dateTime, 'updatedAt'),
    ...absent(
      'round',
      'currencyOptions',
      'billingScheme',
      'unitAmountDecimal',
      'interval',
      'intervalCount',
      'usageType',
      'meterId',
      'trialPeriodDays',
      'tiersMode',
      'divideBy',
      'taxBehavior',
      'livemode',
    ),
  }),
}

/** Products in every status, with their variants as prices. */
export const products = resource<typeof tables.products>(
  {
    name: 'products',
    table: tables.products,
    owner: null,
    createdFilter: createdAt,
    updatedFilter: updatedAt,
    nested: [prices],
    row: mapping<typeof tables.products>({
      name: at(text, 'title'),
      description: at(text, 'descriptionHtml'),
      active: derived(isSold),
      type: at(text, 'productType'),
      metadata: derived((item) => metadataOf(item, 'status', 'vendor', 'tags', 'handle', 'isGiftCard', 'publishedAt')),
      createdAt: at(dateTime, 'createdAt'),
      updatedAt: at(dateTime, 'updatedAt'),
      ...absent('defaultPriceId', 'unitLabel', 'taxCodeId', 'livemode'),
    }),
  },
  {
    document: /* GraphQL */ `query products($first: Int!, $after: String, $query: String, $by: ProductSortKeys!) {
  products(first: $first, after: $after, query: $query, sortKey: $by, reverse: true) {
    nodes { ...product }
    pageInfo { hasNextPage endCursor }
  }
}
${product}`,
    path: ['products'],
    scope: 'read_products',
    // The documentation calls active the default.
    always: 'status:active,archived,draft,unlisted',
    terms: { created: 'created_at', updated: 'updated_at' },
    sortKeys: true,
    counted: 'productsCount',
    objectQuery: {
      document: /* GraphQL */ `query product($id: ID!) { product(id: $id) { ...product } }
${product}`,
      field: 'product',
    },
  },
)
