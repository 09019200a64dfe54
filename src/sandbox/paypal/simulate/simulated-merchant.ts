import type { Random } from '../../server/random.ts'
import type { Merchant } from '../merchant.ts'
import type { Mutations } from '../mutations.ts'
import { type ResourceName, resourceNames } from '../names.ts'
import type { Fields, Stored } from '../paypal-object.ts'

/** One thing that happens at a merchant. Returns the key of the object it changed; undefined if no object fits. */
export type Step = (merchant: SimulatedMerchant) => string | undefined

/** The merchant that the steps of a simulation change, its clock, and objects picked from it by a seed. */
export interface SimulatedMerchant extends Mutations {
  readonly random: Random
  readonly merchant: Merchant
  /** In unix seconds. */
  now(): number
  /** An existing object that fits, as it is now; undefined if a few dozen draws found none. */
  pick(name: ResourceName, fits?: (object: Fields) => boolean): Stored | undefined
}

export interface SimulationAccess {
  readonly merchant: Merchant
  readonly mutations: Mutations
  now(): number
}

export function createSimulatedMerchant(access: SimulationAccess, random: Random): SimulatedMerchant {
  const { merchant, mutations, now } = access
  const { data, ledger, stores } = merchant
  const inserted = new Map<ResourceName, string[]>(resourceNames.map((name) => [name, []]))
  const generated = (name: ResourceName) => (name === 'transactions' ? data.stories.count : data.count(name))
  const keyOf = (name: ResourceName, n: number) => (name === 'transactions' ? ledger.keyOf(n) : data.id(name, n))
  const retrieve = (name: ResourceName, key: string) =>
    name === 'transactions' ? ledger.retrieve(key) : stores[name].get(key)
  return {
    ...mutations,
    insert(name, fields, options) {
      const object = mutations.insert(name, fields, options)
      inserted.get(name)?.push(object.key)
      return object
    },
    random,
    merchant,
    now,
    pick(name, fits = () => true) {
      const added = inserted.get(name) ?? []
      const total = generated(name) + added.length
      for (let draw = 0; draw < 60 && total > 0; draw++) {
        // Every other draw is of what the simulation added, for most of what can still change is new.
        const isNew = added.length > 0 && random() % 2 === 0
        const number = random() % total
        const key = (isNew ? added[number % added.length] : added[number - generated(name)]) ?? keyOf(name, number)
        const object = retrieve(name, key)
        if (object && fits(object)) return { key, object }
      }
      return undefined
    },
  }
}
