import { accountAge, creationTimes, type Density } from '../server/density.ts'
import { createIds, type Ids } from '../server/ids.ts'
import { fraction, randomStream, seedFor } from '../server/random.ts'
import { childCount, createRelation, type NumberedRelation } from '../server/relations.ts'
import { createLocations } from './locations.ts'
import { type ByResource, byResource, type ResourceName } from './names.ts'
import type { Dataset } from './resource.ts'
import { resources } from './resources/index.ts'
import { second, year } from './timestamps.ts'

export interface DatasetOptions {
  readonly payments: number
  /** Exact numbers, by resource. */
  readonly counts: Readonly<Partial<Record<ResourceName, number>>>
  readonly locations: number
  readonly density: Density
  readonly seed: number
  readonly merchant: string
  /** The end of the generated history, in unix seconds. */
  readonly now: number
}

export interface GeneratedDataset extends Dataset {
  /** The number of a generated object; undefined for an id that was not generated. */
  numberOf(name: ResourceName, id: string): number | undefined
}

/** A merchant's history whose objects agree with each other. Only moments of creation are kept in memory. */
export function createDataset(options: DatasetOptions): GeneratedDataset {
  const { counts: exact, density, merchant, seed } = options
  const now = options.now * second
  const counts: ByResource<number> = byResource((name) => {
    const { count, relation } = resources[name]
    const related = relation?.pattern ? childCount(relation.pattern, counts[relation.parent]) : 0
    return exact[name] ?? count?.(options.payments, (other) => counts[other]) ?? related
  })
  const ids = byResource<Ids>((name) => createIds(resources[name].idPrefix, seedFor(seed, `${name} ids`)))
  const seeds = byResource((name) => seedFor(seed, `${name} facts`))
  const seconds = byResource((name) =>
    creationTimes({ count: counts[name], density, seed: seedFor(seed, `${name} created`), now: options.now }),
  )
  const relations = byResource<NumberedRelation>((name) => {
    const { relation } = resources[name]
    if (!relation?.pattern) throw new Error(`sandbox: ${name} have no parents by a pattern`)
    return createRelation(relation.pattern, counts[relation.parent], counts[name])
  })
  const draw = (name: ResourceName, n: number) => randomStream(seedFor(seeds[name], n))

  const data: GeneratedDataset = {
    now,
    merchant,
    locations: createLocations(options.locations, seed, merchant, now - accountAge * second - year),
    count: (name) => counts[name],
    id: (name, n) => ids[name].idOf(n),
    ref: (name, n) => (n === undefined || n < 0 || n >= counts[name] ? undefined : ids[name].idOf(n)),
    numberOf(name, id) {
      const n = ids[name].numberOf(id)
      return n === undefined || n >= counts[name] ? undefined : n
    },
    created: (name, n) => resources[name].created(n, data),
    updated: (name, n) => resources[name].updated(n, data),
    moment(name, n) {
      const random = draw(name, n)
      const at = seconds[name][n]
      // An object that is inserted later has a number beyond the last.
      return (at ?? options.now - 1) * second + Math.floor(fraction(random) * second)
    },
    parent: (child, n) => relations[child].parent(n),
    children: (child, n) => relations[child].children(n),
    draw,
  }
  return data
}
