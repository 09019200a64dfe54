import { creationTimes, type Density } from './density.ts'
import { createIds } from './ids.ts'
import type { Place } from './place.ts'
import { randomStream, seedFor } from './random.ts'
import type { Resource, StripeObject } from './resource.ts'

/** The generated objects of one resource, newest first. Two numbers are kept for each; the rest is built when asked for. */
export interface Population {
  readonly size: number
  placeAt(position: number): Place
  /** Builds the object; `place` saves finding its place again. */
  objectAt(position: number, livemode: boolean, place?: Place): StripeObject
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

  const build = (n: number, place: Place, livemode: boolean) =>
    resource.generate({ ...place, livemode, random: randomStream(seedFor(origin.seed, n)) })
  const at = (values: Uint32Array, position: number) => {
    const value = values[position]
    if (value === undefined) throw new RangeError(`sandbox: no ${resource.object} at ${position}`)
    return value
  }
  const placeAt = (position: number) => ({ created: at(created, position), id: ids.of(at(numbers, position)) })
  return {
    size: origin.count,
    placeAt,
    objectAt: (position, livemode, place = placeAt(position)) => build(at(numbers, position), place, livemode),
    positionOf(id) {
      const n = ids.number(id)
      return n === undefined ? undefined : positions[n]
    },
    spawn(time, livemode) {
      const n = spawned++
      return build(n, { created: time, id: ids.of(n) }, livemode)
    },
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
