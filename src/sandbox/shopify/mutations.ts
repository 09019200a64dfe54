import type { Collection } from './collection.ts'
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
}

export function createMutations(live: ByResource<Collection>, { now, lag }: MutationContext): Mutations {
  const listed = ({ at = now(), listedFrom = at + lag }: MutationOptions) => ({ listedFrom })
  const mutations: Mutations = {
    insert(resource, fields = {}, options = {}) {
      const at = timestamp(options.at ?? now())
      const moments = Object.values(resources[resource].moments).map(({ field }) => [field, at])
      return live[resource].insert({ ...Object.fromEntries(moments), ...fields }, listed(options))
    },
    update(resource, id, patch, options = {}) {
      const { updated } = resources[resource].moments
      const changed = updated ? { [updated.field]: timestamp(options.at ?? now()) } : {}
      return live[resource].update(id, { ...changed, ...patch }, listed(options))
    },
    remove(resource, id, options = {}) {
      if (resource === 'products')
        for (const variant of [...live.productVariants.all()])
          if (referenceIn(variant, 'product') === id) mutations.remove('productVariants', variant.id, options)
      live[resource].remove(id, listed(options))
      const subject = Object.entries(eventSubjects).find(([, name]) => name === resource)?.[0]
      if (subject !== undefined) tellOfDestruction(subject, id, options)
    },
  }

  function tellOfDestruction(subjectType: string, subjectId: string, options: MutationOptions): void {
    const message = `Sandbox deleted ${subjectType.toLowerCase()} ${subjectId}.`
    mutations.insert('events', { action: 'destroy', subjectType, subjectId, message }, options)
  }
  return mutations
}
