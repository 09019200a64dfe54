import { randomStream, seedFor } from '../server/random.ts'
import { createRelation, type NumberedRelation, type Relation } from '../server/relations.ts'
import type { Population } from './population.ts'
import type { Dataset } from './resource.ts'
import type { ResourceName } from './resources/names.ts'

interface DatasetOptions {
  readonly now: number
  readonly seed: number
  readonly counts: Readonly<Record<ResourceName, number>>
  readonly relationOf: (child: ResourceName) => Relation<ResourceName> | undefined
  /** Built when it is first asked for. */
  readonly population: (name: ResourceName) => Population
}

export function createDataset({ now, seed, counts, relationOf, population }: DatasetOptions): Dataset {
  const relations = new Map<ResourceName, NumberedRelation>()
  const seeds = new Map<ResourceName, number>()
  const relation = (child: ResourceName): NumberedRelation => {
    const known = relations.get(child)
    if (known) return known
    const definition = relationOf(child)
    if (!definition) throw new Error(`sandbox: ${child} have no parents`)
    const created = createRelation(definition.pattern, counts[definition.parent], counts[child])
    relations.set(child, created)
    return created
  }
  const id = (name: ResourceName, n: number) => population(name).idOf(n)
  return {
    now,
    count: (name) => counts[name],
    id,
    ref: (name, n) => (n === undefined || n >= counts[name] ? null : id(name, n)),
    created: (name, n) => population(name).createdOf(n),
    parent: (child, n) => relation(child).parent(n),
    children: (child, n) => relation(child).children(n),
    shared: (name, n) => population(name).shared(n),
    draw(name, n) {
      const nameSeed = seeds.get(name) ?? seedFor(seed, `${name} facts`)
      seeds.set(name, nameSeed)
      return randomStream(seedFor(nameSeed, n))
    },
  }
}
