import { oneIn, pick } from '../../server/random.ts'
import { notes } from '../../server/sample-text.ts'
import type { GenerationInput, Resource, StripeObject } from '../resource.ts'

/** Products of API 2026-10-28.endive: a product for every hundred customers. */
export const products: Resource = {
  path: '/v1/products',
  object: 'product',
  idPrefix: 'prod_',
  createdField: 'created',
  count: (customers) => Math.ceil(customers / 100),
  generate,
  filters: {
    active: (product, value) => String(product.active) === value,
    shippable: (product, value) => String(product.shippable) === value,
    type: (product, value) => product.type === value,
    url: (product, value) => product.url === value,
  },
  expandable: { default_price: () => ({}), tax_code: () => ({}) },
  deleted: 'missing',
}

function generate({ n, id, created, livemode, random, dataset }: GenerationInput): StripeObject {
  const goods = oneIn(random, 5)
  return {
    id,
    object: 'product',
    active: !oneIn(random, 4),
    created,
    default_price: oneIn(random, 3) ? null : dataset.ref('prices', n),
    description: oneIn(random, 4) ? null : pick(random, notes),
    images: oneIn(random, 3) ? [`https://files.example.com/${id}.png`] : [],
    livemode,
    marketing_features: oneIn(random, 2) ? [{ name: 'Unbegrenzte Projekte' }, { name: '24/7 サポート' }] : [],
    metadata: oneIn(random, 2) ? { sku: `SKU-${random() % 10_000}` } : {},
    name: `${pick(random, ['Starter', 'Growth', 'Équipe', '事業', 'Enterprise ★'])} ${random() % 1_000}`,
    package_dimensions: goods ? { height: 10.5, length: 20, weight: 1.25, width: 7 } : null,
    shippable: goods,
    statement_descriptor: null,
    tax_code: oneIn(random, 2) ? 'txcd_10103001' : null,
    type: goods ? 'good' : 'service',
    unit_label: oneIn(random, 3) ? 'seat' : null,
    updated: created + (random() % 86_400),
    url: oneIn(random, 6) ? `https://example.com/products/${id}` : null,
  }
}
