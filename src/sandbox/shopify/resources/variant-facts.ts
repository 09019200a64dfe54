import { pick } from '../../server/random.ts'
import type { Dataset } from '../resource.ts'

export interface VariantFacts {
  readonly product: number
  /** The title of its product. */
  readonly title: string
  /** Its own title, the option. */
  readonly option: string
  readonly sku: string
  /** In hundredths of a dollar. */
  readonly cents: number
  /** Its place in the product, from 1. */
  readonly position: number
}

const things = ['Kaffee “Morgenrot”', 'Tee 抹茶', 'Café de olla', 'قهوة عربية', 'Snowboard', 'Socken & Schuhe']
const options = ['Default Title', 'Small', 'Medium', 'Large', 'Rouge / 12 cm', '赤']

/** What a variant and the lines that sell it agree on. */
export function variantAt(n: number, data: Dataset): VariantFacts {
  const product = data.parent('productVariants', n) ?? 0
  const random = data.draw('productVariants', n)
  return {
    product,
    title: productTitle(product),
    option: pick(random, options),
    sku: `SKU-${n}`,
    cents: 100 + (random() % 30_000),
    position: 1 + n - data.children('productVariants', product)[0],
  }
}

export const productTitle = (n: number) => `${things[n % things.length]} ${n}`
