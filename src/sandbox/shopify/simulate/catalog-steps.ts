import { fixedText } from '../money.ts'
import { referenceIn } from '../shopify-object.ts'
import type { SimulatedShop, Step } from './simulated-shop.ts'

/** Products, their variants and selling plans. A change of a variant changes its product. */
export const catalogSteps: Readonly<Record<string, Step>> = {
  'product is added': (shop) => {
    const product = shop.insert('products', { title: `Added at ${shop.now()}` })
    for (let position = 1; position <= 1 + (shop.random() % 3); position++) addVariant(shop, product.id, position)
    return product.id
  },
  'product is renamed': (shop) => {
    const product = shop.pick('products')
    return product && shop.update('products', product.id, { title: `Renamed at ${shop.now()}` }).id
  },
  'product is archived': (shop) => {
    const product = shop.pick('products', ({ status }) => status === 'ACTIVE')
    return product && shop.update('products', product.id, { status: 'ARCHIVED' }).id
  },
  'product is deleted': (shop) => {
    const product = shop.pick('products')
    if (product) shop.remove('products', product.id)
    return product?.id
  },
  'variant is added': (shop) => {
    const product = shop.pick('products')
    if (!product) return
    const { id } = addVariant(shop, product.id, 99)
    shop.update('products', product.id, {})
    return id
  },
  'variant gets another price': (shop) => {
    const variant = shop.pick('productVariants')
    if (!variant) return
    const { currency } = shop.data.shop
    shop.update('productVariants', variant.id, { price: fixedText(100 + (shop.random() % 9_000), currency) })
    touchProduct(shop, referenceIn(variant, 'product'))
    return variant.id
  },
  'variant is deleted': (shop) => {
    const variant = shop.pick('productVariants')
    if (!variant) return
    shop.remove('productVariants', variant.id)
    touchProduct(shop, referenceIn(variant, 'product'))
    return variant.id
  },
  'selling plan group is renamed': (shop) => {
    const group = shop.pick('sellingPlanGroups')
    return group && shop.update('sellingPlanGroups', group.id, { name: `Renamed at ${shop.now()}` }).id
  },
}

function addVariant(shop: SimulatedShop, product: string, position: number) {
  return shop.insert('productVariants', { product: { id: product }, position, sku: `NEW-${shop.now()}-${position}` })
}

function touchProduct(shop: SimulatedShop, product: string | undefined): void {
  if (product !== undefined && shop.live.products.retrieve(product)) shop.update('products', product, {})
}
