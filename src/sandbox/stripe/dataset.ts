import { type Random, randomStream, seedFor } from '../server/random.ts'
import { createKinship, type Kinship } from '../server/relations.ts'
import type { Population } from './population.ts'
import { resources } from './resources/index.ts'
import type { ResourceName } from './resources/names.ts'

/** What a generator knows of the other resources: how many there are, their ids, and who belongs to whom. */
export interface World {
  readonly now: number
  count(name: ResourceName): number
  /** The id of the n-th object, there or not. */
  id(name: ResourceName, n: number): string
  /** The id of the n-th object, or null when there is none. */
  ref(name: ResourceName, n: number | undefined): string | null
  created(name: ResourceName, n: number): number
  /** The number of the parent of the k-th child, undefined when there are no parents. */
  parent(child: ResourceName, k: number): number | undefined
  children(child: ResourceName, parent: number): readonly [number, number]
  /** The fields the n-th object shares with others. */
  shared(name: ResourceName, n: number): Readonly<Record<string, unknown>>
  /** Draws that are the same whoever asks: for facts that several objects must agree on. */
  draw(name: ResourceName, n: number): Random
}

interface Origin {
  readonly now: number
  readonly seed: number
  readonly counts: Readonly<Record<ResourceName, number>>
  /** Built when first asked for. */
  readonly population: (name: ResourceName) => Population
}

export function createWorld({ now, seed, counts, population }: Origin): World {
  const kinships = new Map<ResourceName, Kinship>()
  const seeds = new Map<ResourceName, number>()
  const kinship = (child: ResourceName): Kinship => {
    const known = kinships.get(child)
    if (known) return known
    const { kin } = resources[child]
    if (!kin) throw new Error(`sandbox: ${child} have no parents`)
    const made = createKinship(kin.pattern, counts[kin.of], counts[child])
    kinships.set(child, made)
    return made
  }
  const id = (name: ResourceName, n: number) => population(name).idOf(n)
  return {
    now,
    count: (name) => counts[name],
    id,
    ref: (name, n) => (n === undefined || n >= counts[name] ? null : id(name, n)),
    created: (name, n) => population(name).createdOf(n),
    parent: (child, k) => kinship(child).parent(k),
    children: (child, parent) => kinship(child).children(parent),
    shared: (name, n) => population(name).shared(n),
    draw(name, n) {
      const known = seeds.get(name) ?? seedFor(seed, `${name} facts`)
      seeds.set(name, known)
      return randomStream(seedFor(known, n))
    },
  }
}
