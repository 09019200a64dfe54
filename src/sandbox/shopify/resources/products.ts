import { numericPart } from '../gids.ts'
import { money } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import { fieldOf, type ShopifyObject } from '../shopify-object.ts'
import { day, timestamp } from '../timestamps.ts'
import { productTitle } from './variant-facts.ts'

export const products: Resource = {
  type: 'Product',
  count: (orders) => Math.max(6, Math.floor(orders / 20)),
  moments: {
    created: { field: 'createdAt', at: created },
    updated: { field: 'updatedAt', at: updated },
  },
  generate(n, data) {
    const id = data.id('products', n)
    const status = (['ACTIVE', 'ACTIVE', 'ACTIVE', 'DRAFT', 'ARCHIVED'] as const)[n % 5] ?? 'ACTIVE'
    return {
      legacyResourceId: String(numericPart(id)),
      title: productTitle(n),
      descriptionHtml: `<p>The ${n}. of its kind: <em>très bon</em>.</p>`,
      status,
      vendor: n % 2 === 0 ? 'Sandbox & Söhne' : 'Ünïcode Ltd',
      productType: n % 3 === 0 ? 'Coffee' : '',
      tags: n % 4 === 0 ? ['new'] : [],
      handle: `product-${n}`,
      isGiftCard: n % 30 === 11,
      createdAt: timestamp(created(n, data)),
      updatedAt: timestamp(updated(n, data)),
      publishedAt: status === 'DRAFT' ? null : timestamp(created(n, data)),
      metafields: [],
      options: [],
      priceRangeV2: priceRange([], data.shop.currency),
    }
  },
  view(product, live) {
    const variants = live.productVariants.related(product.id)
    const currency = fieldOf(fieldOf(product.priceRangeV2, 'minVariantPrice'), 'currencyCode')
    return { ...product, variants, priceRangeV2: priceRange(variants, String(currency)) }
  },
}

/** The lowest and the highest price of the variants, which have a price without a currency. */
function priceRange(variants: readonly ShopifyObject[], currency: string) {
  const prices = variants.map(({ price }) => String(price)).toSorted((a, b) => Number(a) - Number(b))
  const priceOf = (text = '0') => ({ ...money(0, currency), amount: text.replace(/^\d+$/, '$&.0') })
  return {
    __typename: 'ProductPriceRangeV2',
    minVariantPrice: priceOf(prices[0]),
    maxVariantPrice: priceOf(prices.at(-1)),
  }
}

function created(n: number, data: Dataset): number {
  return data.moment('products', n)
}

function updated(n: number, data: Dataset): number {
  return n % 2 === 0 ? Math.min(created(n, data) + (1 + (n % 90)) * day, data.now) : created(n, data)
}
