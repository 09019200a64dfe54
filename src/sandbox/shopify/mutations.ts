import type { Collection } from './collection.ts'
import type { Change } from './events/tell-of.ts'
import type { ByResource, ResourceName } from './names.ts'
import { eventSubjects } from './resources/events.ts'
import { resources } from './resources/index.ts'
import { type Fields, referenceIn, type ShopifyObject } from './shopify-object.ts'
import { timestamp } from './timestamps.ts'

export interface MutationOptions {
  /** The time of the change, in unix seconds. Default: now. */
  readonly at?: number
  /** The lists show the change from this moment on, in unix seconds. Default: after the sandbox's lag. */
  readonly listedFrom?: number
}

export interface Mutations {
  /** Adds an object. Fields that are not given are generated; it is created and changed now, unless the fields say else. */
  insert(resource: ResourceName, fields?: Fields, options?: MutationOptions): ShopifyObject
  /** Changes fields and the time of change, where there is one. */
  update(resource: ResourceName, id: string, patch: Fields, options?: MutationOptions): ShopifyObject
  /** Deletes an object, and a product's variants with it. Customers, orders, products and variants leave an event. */
  remove(resource: ResourceName, id: string, options?: MutationOptions): void
}

interface MutationContext {
  /** The provider's clock, in unix seconds. */
  now(): number
  /** Seconds until the lists show a change. */
  readonly lag: number
  /** Told each change. */
  tell(change: Omit<Change, 'at'>): void
}

export function createMutations(live: ByResource<Collection>, { now, lag, tell }: MutationContext): Mutations {
  const listed = ({ at = now(), listedFrom = at + lag }: MutationOptions) => ({ listedFrom })
  const mutations: Mutations = {
    insert(resource, fields = {}, options = {}) {
      const at = timestamp(options.at ?? now())
      const moments = Object.values(resources[resource].moments).map(({ field }) => [field, at])
      const object = live[resource].insert({ ...Object.fromEntries(moments), ...fields }, listed(options))
      tellOf(resource, 'created', object)
      return object
    },
    update(resource, id, patch, options = {}) {
      const { updated } = resources[resource].moments
      const changed = updated ? { [updated.field]: timestamp(options.at ?? now()) } : {}
      const object = live[resource].update(id, { ...changed, ...patch }, listed(options))
      tellOf(resource, 'updated', object)
      return object
    },
    remove(resource, id, options = {}) {
      if (resource === 'products')
        for (const variant of [...live.productVariants.all()])
          if (referenceIn(variant, 'product') === id) mutations.remove('productVariants', variant.id, options)
      const object = live[resource].retrieve(id)
      live[resource].remove(id, listed(options))
      if (object) tellOf(resource, 'deleted', object)
      const subject = Object.entries(eventSubjects).find(([, name]) => name === resource)?.[0]
      if (subject !== undefined) tellOfDestruction(subject, id, options)
    },
  }

  /** A change of a variant is one of its product. */
  function tellOf(resource: ResourceName, kind: Change['kind'], object: ShopifyObject): void {
    const product = resource === 'productVariants' ? referenceIn(object, 'product') : undefined
    if (product === undefined) tell({ resource, kind, object })
    else if (live.products.retrieve(product)) tell({ resource: 'products', kind: 'updated', object: { id: product } })
  }

  function tellOfDestruction(subjectType: string, subjectId: string, options: MutationOptions): void {
    const message = `Sandbox deleted ${subjectType.toLowerCase()} ${subjectId}.`
    mutations.insert('events', { action: 'destroy', subjectType, subjectId, message }, options)
  }
  return mutations
}
