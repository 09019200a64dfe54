import { numericPart } from '../gids.ts'
import { fixedText, inCurrency } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import { day, timestamp } from '../timestamps.ts'
import { variantAt } from './variant-facts.ts'

export const productVariants: Resource = {
  type: 'ProductVariant',
  relation: { parent: 'products', field: 'product', pattern: [1, 3, 1, 6, 2, 1, 1, 25] },
  moments: {
    created: { field: 'createdAt', at: created },
    updated: { field: 'updatedAt', at: updated },
  },
  generate(n, data) {
    const id = data.id('productVariants', n)
    const { product, title, option, sku, cents, position } = variantAt(n, data)
    const price = inCurrency(cents, data.shop.currency)
    return {
      legacyResourceId: String(numericPart(id)),
      title: option,
      displayName: `${title} - ${option}`,
      sku: n % 9 === 4 ? null : sku,
      barcode: null,
      price: fixedText(price, data.shop.currency),
      compareAtPrice: n % 4 === 0 ? fixedText(price * 2, data.shop.currency) : null,
      taxable: n % 10 !== 0,
      availableForSale: true,
      inventoryQuantity: n % 40,
      position,
      createdAt: timestamp(created(n, data)),
      updatedAt: timestamp(updated(n, data)),
      product: data.reference('products', product),
    }
  },
}

function created(n: number, data: Dataset): number {
  return data.created('products', data.parent('productVariants', n) ?? 0)
}

function updated(n: number, data: Dataset): number {
  return n % 5 === 0 ? Math.min(created(n, data) + (n % 200) * day + 30, data.now) : created(n, data)
}
