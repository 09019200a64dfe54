import { gidPrefix } from '../gids.ts'
import type { ResourceName } from '../names.ts'
import type { Dataset, Resource } from '../resource.ts'
import { timestamp } from '../timestamps.ts'

/** The types of subjects whose events the sandbox has, and the resources they are. */
export const eventSubjects = {
  CUSTOMER: 'customers',
  ORDER: 'orders',
  PRODUCT: 'products',
  PRODUCT_VARIANT: 'productVariants',
} as const satisfies Readonly<Record<string, ResourceName>>

const subjects = Object.entries(eventSubjects)
const types = {
  customers: 'Customer',
  orders: 'Order',
  products: 'Product',
  productVariants: 'ProductVariant',
} as const

/** One event in ten tells of the destruction of an object that no list shows. */
export const events: Resource = {
  type: 'BasicEvent',
  count: (orders) => Math.max(20, Math.floor(orders / 5)),
  moments: { created: { field: 'createdAt', at: created } },
  generate(n, data) {
    const [subjectType, name] = subjects[n % subjects.length] ?? ['ORDER', 'orders' as const]
    const action = n % 10 === 6 ? 'destroy' : n % 3 === 0 ? 'create' : 'update'
    const count = data.count(name)
    const isThere = action !== 'destroy' && count > 0
    return {
      createdAt: timestamp(created(n, data)),
      action,
      message: `Sandbox ${action}d ${subjectType.toLowerCase()}.`,
      appTitle: null,
      attributeToApp: false,
      attributeToUser: false,
      criticalAlert: false,
      hasAdditionalContent: false,
      author: 'Shopify',
      subjectId: isThere ? data.id(name, n % count) : `${gidPrefix(types[name])}${100 + n}`,
      subjectType,
    }
  },
}

function created(n: number, data: Dataset): number {
  return data.moment('events', n)
}
