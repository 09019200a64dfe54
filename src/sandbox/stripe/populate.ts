import type { Density } from '../server/density.ts'
import { seedFor } from '../server/random.ts'
import { childrenOf } from '../server/relations.ts'
import { type Collection, createCollection } from './collection.ts'
import { createWorld } from './dataset.ts'
import { createOverlay } from './overlay.ts'
import { createPopulation } from './population.ts'
import { resources } from './resources/index.ts'
import { type ByResource, byResource, type ResourceName } from './resources/names.ts'

interface Plan {
  readonly customers: number
  readonly counts: Readonly<Partial<Record<ResourceName, number>>>
  readonly density: Density
  readonly sameSecond?: number | undefined
  readonly seed: number
  readonly now: number
}

export interface Populated {
  readonly collections: ByResource<Collection>
  readonly counts: Readonly<Record<ResourceName, number>>
  /** The id of the n-th generated object. */
  readonly idOf: (name: ResourceName, n: number) => string
  readonly numberOf: (name: ResourceName, id: string) => number | undefined
}

/** One consistent account: every resource knows the others through the world. */
export function populate(plan: Plan, clock: () => number): Populated {
  const { seed, now, customers, counts: exact, density, sameSecond } = plan
  const counts: Readonly<Record<ResourceName, number>> = byResource((name) => {
    const { count, kin } = resources[name]
    if (exact[name] !== undefined) return exact[name]
    return count ? count(customers, (other) => counts[other]) : kin ? childrenOf(kin.pattern, counts[kin.of]) : 0
  })
  const world = createWorld({ now, seed, counts, population: (name) => populations[name] })
  const populations = byResource((name) => {
    const births = { name, count: counts[name], density, seed: seedFor(seed, name), now, sameSecond, world }
    return createPopulation(resources[name], births)
  })
  const children = (child: ResourceName, parent: ResourceName, id: string): readonly [number, number] => {
    const number = resources[child].kin?.of === parent ? populations[parent].numberOf(id) : undefined
    return number === undefined ? [0, 0] : world.children(child, number)
  }
  const overlays = byResource(createOverlay)
  const collections = byResource((name) => {
    const source = resources[name].view?.of ?? name
    return createCollection(resources[name], populations[source], overlays[source], {
      now: clock,
      children: (parent, id) => children(name, parent, id),
    })
  })
  return { collections, counts, idOf: world.id, numberOf: (name, id) => populations[name].numberOf(id) }
}
