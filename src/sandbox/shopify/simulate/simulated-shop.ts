import type { Random } from '../../server/random.ts'
import type { Collection } from '../collection.ts'
import type { Mutations } from '../mutations.ts'
import { type ByResource, byResource, type ResourceName } from '../names.ts'
import type { Dataset } from '../resource.ts'
import type { ShopifyObject } from '../shopify-object.ts'

/** One thing that happens in a shop. Returns the id of the object it changed; undefined if no object fits. */
export type Step = (shop: SimulatedShop) => string | undefined

/** The shop that the steps of a simulation change, its clock, and objects picked from it by a seed. */
export interface SimulatedShop extends Mutations {
  readonly random: Random
  readonly live: ByResource<Collection>
  readonly data: Dataset
  /** In unix seconds. */
  now(): number
  /** An existing object that fits, as it is now; undefined if a few dozen draws found none. */
  pick(name: ResourceName, fits?: (object: ShopifyObject) => boolean): ShopifyObject | undefined
}

export interface ShopAccess {
  readonly live: ByResource<Collection>
  readonly data: Dataset
  readonly mutations: Mutations
  now(): number
}

export function createSimulatedShop({ live, data, mutations, now }: ShopAccess, random: Random): SimulatedShop {
  const insertedIds = byResource<string[]>(() => [])
  return {
    ...mutations,
    insert(name, fields, options) {
      const object = mutations.insert(name, fields, options)
      insertedIds[name].push(object.id)
      return object
    },
    random,
    live,
    data,
    now,
    pick(name, fits = () => true) {
      for (let draw = 0; draw < 60; draw++) {
        const inserted = insertedIds[name]
        const total = data.count(name) + inserted.length
        if (total === 0) return undefined
        const number = random() % total
        const object = live[name].retrieve(inserted[number - data.count(name)] ?? data.id(name, number))
        if (object && fits(object)) return object
      }
      return undefined
    },
  }
}
