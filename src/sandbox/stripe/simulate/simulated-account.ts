import { randomText } from '../../server/ids.ts'
import type { Random } from '../../server/random.ts'
import type { Collection } from '../collection.ts'
import type { Mutations } from '../mutations.ts'
import type { StripeObject } from '../resource.ts'
import { type ByResource, modelled, type ResourceName } from '../resources/names.ts'

/** Where the steps of a simulation act: the account, its clock, and objects picked from it by a seed. */
export interface Stage extends Mutations {
  readonly random: Random
  readonly live: ByResource<Collection>
  now(): number
  /** An object that is there and fits, as it is now; undefined when a few dozen draws found none. */
  pick(name: ResourceName, fits?: (object: StripeObject) => boolean): StripeObject | undefined
  /** An id like `si_…` that is new. */
  newId(prefix: string): string
}

export interface Account {
  readonly live: ByResource<Collection>
  readonly mutations: Mutations
  readonly counts: Readonly<Record<ResourceName, number>>
  readonly idOf: (name: ResourceName, n: number) => string
  readonly now: () => number
}

export function createStage({ live, mutations, counts, idOf, now }: Account, random: Random): Stage {
  const made = new Map<ResourceName, string[]>(modelled.map((name) => [name, []]))
  return {
    ...mutations,
    insert(name, fields, options) {
      const object = mutations.insert(name, fields, options)
      made.get(name)?.push(object.id)
      return object
    },
    random,
    live,
    now,
    pick(name, fits = () => true) {
      for (let draw = 0; draw < 40; draw++) {
        const own = made.get(name) ?? []
        const among = counts[name] + own.length
        if (among === 0) return undefined
        const at = random() % among
        const object = live[name].retrieve(own[at - counts[name]] ?? idOf(name, at))
        if (object && !object.deleted && fits(object)) return object
      }
      return undefined
    },
    newId: (prefix) => prefix + randomText(random, 14),
  }
}
