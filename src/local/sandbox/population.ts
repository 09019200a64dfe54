import { creationTimes, type Density } from './density.ts'
import { createIds } from './ids.ts'
import type { Place } from './place.ts'
import { randomStream, seedFor } from './random.ts'
import type { Resource, StripeObject } from './resource.ts'

/** The generated objects of one resource, newest first. Two numbers are kept for each; the rest is built when asked for. */
export interface Population {
  readonly size: number
  placeAt(position: number): Place
  /** Builds the n-th object of this seed at this place; the same n always gives the same object. */
  objectAt(position: number, livemode: boolean): StripeObject
  positionOf(id: string): number | undefined
  /** An object that is not part of the population, with the next free number. */
  spawn(created: number, livemode: boolean): StripeObject
}

interface Origin {
  readonly count: number
  readonly density: Density
  readonly seed: number
  readonly now: number
  readonly sameSecond?: number | undefined
}

export function createPopulation(resource: Resource, origin: Origin): Population {
  const ids = createIds(resource.idPrefix, seedFor(origin.seed, 'ids'))
  const created = creationTimes({ ...origin, seed: seedFor(origin.seed, 'created') })
  const numbers = orderedById(created, ids.of)
  const positions = new Uint32Array(origin.count)
  for (const [position, n] of numbers.entries()) positions[n] = position
  let spawned = origin.count

  const build = (n: number, time: number, livemode: boolean) => {
    const random = randomStream(seedFor(origin.seed, n))
    return resource.generate({ id: ids.of(n), created: time, livemode, random })
  }
  const at = (values: Uint32Array, position: number) => {
    const value = values[position]
    if (value === undefined) throw new RangeError(`sandbox: no ${resource.object} at ${position}`)
    return value
  }
  return {
    size: origin.count,
    placeAt: (position) => ({ created: at(created, position), id: ids.of(at(numbers, position)) }),
    objectAt: (position, livemode) => build(at(numbers, position), at(created, position), livemode),
    positionOf(id) {
      const n = ids.number(id)
      return n === undefined ? undefined : positions[n]
    },
    spawn: (time, livemode) => build(spawned++, time, livemode),
  }
}

/** The numbers of the objects in list order; `created` is sorted, so only those of one second are put in order. */
function orderedById(created: Uint32Array, idOf: (n: number) => string): Uint32Array {
  const numbers = Uint32Array.from(created, (_, n) => n)
  let from = 0
  for (let to = 1; to <= created.length; to++) {
    if (created[to] === created[from]) continue
    if (to - from > 1) {
      const sorted = [...numbers.subarray(from, to)]
        .map((n) => ({ n, id: idOf(n) }))
        .sort((a, b) => (a.id < b.id ? 1 : -1))
      numbers.set(
        sorted.map(({ n }) => n),
        from,
      )
    }
    from = to
  }
  return numbers
}
