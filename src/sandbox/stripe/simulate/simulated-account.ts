import { randomText } from '../../server/ids.ts'
import type { Random } from '../../server/random.ts'
import type { Collection } from '../collection.ts'
import type { Mutations } from '../mutations.ts'
import type { StripeObject } from '../resource.ts'
import { type ByResource, modelled, type ResourceName } from '../resources/names.ts'

/** One thing that happens in an account. Returns the id of the object it changed; undefined if no object fits. */
export type Step = (account: SimulatedAccount) => string | undefined

/** The account that the steps of a simulation change, its clock, and objects picked from it by a seed. */
export interface SimulatedAccount extends Mutations {
  readonly random: Random
  readonly live: ByResource<Collection>
  now(): number
  /** An existing object that fits, as it is now; undefined if a few dozen draws found none. */
  pick(name: ResourceName, fits?: (object: StripeObject) => boolean): StripeObject | undefined
  /** An id like `si_…` that no object has. */
  newId(prefix: string): string
}

export interface AccountAccess {
  readonly live: ByResource<Collection>
  readonly mutations: Mutations
  readonly counts: Readonly<Record<ResourceName, number>>
  readonly idOf: (name: ResourceName, n: number) => string
  readonly now: () => number
}

export function createSimulatedAccount(
  { live, mutations, counts, idOf, now }: AccountAccess,
  random: Random,
): SimulatedAccount {
  const insertedIds = new Map<ResourceName, string[]>(modelled.map((name) => [name, []]))
  return {
    ...mutations,
    insert(name, fields, options) {
      const object = mutations.insert(name, fields, options)
      insertedIds.get(name)?.push(object.id)
      return object
    },
    random,
    live,
    now,
    pick(name, fits = () => true) {
      for (let draw = 0; draw < 40; draw++) {
        const inserted = insertedIds.get(name) ?? []
        const total = counts[name] + inserted.length
        if (total === 0) return undefined
        const number = random() % total
        const object = live[name].retrieve(inserted[number - counts[name]] ?? idOf(name, number))
        if (object && !object.deleted && fits(object)) return object
      }
      return undefined
    },
    newId: (prefix) => prefix + randomText(random, 14),
  }
}
