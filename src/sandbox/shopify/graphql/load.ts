import { apps } from '../apps.ts'
import { gidPrefix, parentNumeric, typeOf } from '../gids.ts'
import { type ResourceName, resourceNames } from '../names.ts'
import type { PopulatedShop } from '../populate.ts'
import { fieldOf, type ShopifyObject } from '../shopify-object.ts'
import { day, secondsIn } from '../timestamps.ts'

/** Where the objects are that are in no list of their own. */
const within: Readonly<Record<string, readonly [parent: ResourceName, field: string]>> = {
  LineItem: ['orders', 'lineItems'],
  OrderTransaction: ['orders', 'transactions'],
  Refund: ['orders', 'refunds'],
  SellingPlan: ['sellingPlanGroups', 'sellingPlans'],
}

interface Viewer {
  /** In unix seconds. */
  readonly now: number
  readonly scopes: readonly string[]
}

/** Looks objects up by their ids, each once for a query. Objects that an app may not see are not found. */
export function createLoad({ collections }: PopulatedShop, { now, scopes }: Viewer) {
  const loaded = new Map<string, ShopifyObject | undefined>()
  const names = new Map(resourceNames.map((name) => [collections[name].type, name]))

  function find(id: string): ShopifyObject | undefined {
    const type = typeOf(id) ?? ''
    const name = names.get(type)
    if (name) {
      const object = collections[name].retrieve(id)
      return object && isVisible(object) ? object : undefined
    }
    const [parent, field] = (Object.hasOwn(within, type) && within[type]) || []
    if (!parent || field === undefined) return undefined
    const owner = load(`${gidPrefix(collections[parent].type)}${parentNumeric(id)}`)
    const items: readonly unknown[] = Array.isArray(owner?.[field]) ? owner[field] : []
    return items.find((item): item is ShopifyObject => fieldOf(item, 'id') === id)
  }

  function isVisible({ __typename, app, createdAt }: ShopifyObject): boolean {
    if (__typename === 'SubscriptionContract') return fieldOf(app, 'id') === apps.billingSync.id
    if (__typename !== 'Order' || scopes.includes('read_all_orders')) return true
    return (secondsIn(createdAt) ?? 0) >= now - 60 * day
  }

  function load(id: string): ShopifyObject | undefined {
    if (!loaded.has(id)) loaded.set(id, find(id))
    return loaded.get(id)
  }
  return load
}
