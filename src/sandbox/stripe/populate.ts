import type { Density } from '../server/density.ts'
import { seedFor } from '../server/random.ts'
import { childCount, type NumberRange } from '../server/relations.ts'
import { type Collection, createCollection } from './collection.ts'
import { createDataset } from './dataset.ts'
import { createOverlay } from './overlay.ts'
import { createPopulation } from './population.ts'
import { resources } from './resources/index.ts'
import { type ByResource, byResource, type ResourceName } from './resources/names.ts'

interface PopulateOptions {
  readonly customers: number
  /** Exact numbers, by resource. */
  readonly counts: Readonly<Partial<Record<ResourceName, number>>>
  readonly density: Density
  readonly sameSecond?: number | undefined
  readonly seed: number
  /** The end of the generated history, in unix seconds. */
  readonly now: number
}

export interface PopulatedAccount {
  readonly collections: ByResource<Collection>
  readonly counts: Readonly<Record<ResourceName, number>>
  /** The id of the n-th generated object. */
  readonly idOf: (name: ResourceName, n: number) => string
  readonly numberOf: (name: ResourceName, id: string) => number | undefined
}

/** Generates one consistent account, in which the resources refer to each other through the dataset. */
export function populate(options: PopulateOptions, clock: () => number): PopulatedAccount {
  const { seed, now, customers, counts: exactCounts, density, sameSecond } = options
  const counts: Readonly<Record<ResourceName, number>> = byResource((name) => {
    const { count, relation } = resources[name]
    const exact = exactCounts[name]
    if (exact !== undefined) return exact
    if (count) return count(customers, (other) => counts[other])
    return relation ? childCount(relation.pattern, counts[relation.parent]) : 0
  })
  const dataset = createDataset({
    now,
    seed,
    counts,
    relationOf: (name) => resources[name].relation,
    population: (name) => populations[name],
  })
  const populations = byResource((name) =>
    createPopulation(resources[name], {
      name,
      count: counts[name],
      density,
      seed: seedFor(seed, name),
      now,
      sameSecond,
      dataset,
    }),
  )
  const children = (child: ResourceName, parent: ResourceName, id: string): NumberRange => {
    const number = resources[child].relation?.parent === parent ? populations[parent].numberOf(id) : undefined
    return number === undefined ? [0, 0] : dataset.children(child, number)
  }
  const overlays = byResource(createOverlay)
  const collections = byResource((name) => {
    const source = resources[name].view?.source ?? name
    return createCollection(resources[name], populations[source], overlays[source], {
      now: clock,
      children: (parent, id) => children(name, parent, id),
    })
  })
  return { collections, counts, idOf: dataset.id, numberOf: (name, id) => populations[name].numberOf(id) }
}
