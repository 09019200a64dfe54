import { creationTimes, type Density } from '../server/density.ts'
import { randomStream, seedFor } from '../server/random.ts'
import { childCount, createRelation, type NumberedRelation } from '../server/relations.ts'
import { createGids, type Gids } from './gids.ts'
import { type ByResource, byResource, type ResourceName } from './names.ts'
import type { Dataset, Shop } from './resource.ts'
import { resources } from './resources/index.ts'

export interface DatasetOptions {
  readonly orders: number
  /** Exact numbers, by resource. */
  readonly counts: Readonly<Partial<Record<ResourceName, number>>>
  readonly density: Density
  readonly seed: number
  readonly shop: Shop
  /** The end of the generated history, in unix seconds. */
  readonly now: number
}

export interface GeneratedDataset extends Dataset {
  /** The number of a generated object; undefined for an id that was not generated. */
  numberOf(name: ResourceName, id: string): number | undefined
}

/** A shop's history whose objects agree with each other. Only moments of creation are kept in memory. */
export function createDataset({ counts: exact, density, now, orders, seed, shop }: DatasetOptions): GeneratedDataset {
  const counts: ByResource<number> = byResource((name) => {
    const { count, relation } = resources[name]
    const related = relation ? childCount(relation.pattern, counts[relation.parent]) : 0
    return exact[name] ?? count?.(orders, (other) => counts[other]) ?? related
  })
  const gids = byResource<Gids>((name) => createGids(resources[name].type, seedFor(seed, `${name} ids`), counts[name]))
  const seeds = byResource((name) => seedFor(seed, `${name} facts`))
  const seconds = byResource((name) =>
    creationTimes({ count: counts[name], density, seed: seedFor(seed, `${name} created`), now }),
  )
  const relations = byResource<NumberedRelation>((name) => {
    const { relation } = resources[name]
    if (!relation) throw new Error(`sandbox: ${name} have no parents`)
    return createRelation(relation.pattern, counts[relation.parent], counts[name])
  })

  const data: GeneratedDataset = {
    now,
    shop,
    count: (name) => counts[name],
    id: (name, n) => gids[name].idOf(n),
    numeric: (name, n) => gids[name].numericOf(n),
    reference: (name, n) => (n === undefined || n < 0 || n >= counts[name] ? null : { id: gids[name].idOf(n) }),
    numberOf(name, id) {
      const n = gids[name].numberOf(id)
      return n === undefined || n >= counts[name] ? undefined : n
    },
    created: (name, n) => resources[name].moments.created.at(n, data),
    // An object that is inserted later has a number beyond the last.
    moment: (name, n) => seconds[name][n] ?? now - 1,
    before(name, moment, draw) {
      const first = firstNotAfter(seconds[name], moment)
      const older = counts[name] - first
      return older > 0 ? first + (draw % older) : undefined
    },
    parent: (child, n) => relations[child].parent(n),
    children: (child, n) => relations[child].children(n),
    draw: (name, n) => randomStream(seedFor(seeds[name], n)),
  }
  return data
}

/** The first index whose moment is not after another, in a list from the newest to the oldest. */
function firstNotAfter(moments: Uint32Array, moment: number): number {
  let [from, to] = [0, moments.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((moments[middle] ?? 0) <= moment) to = middle
    else from = middle + 1
  }
  return from
}
