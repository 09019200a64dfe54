import { creationTimes, type Density } from './density.ts'
import { createIds } from './ids.ts'
import type { Place } from './place.ts'
import { randomStream, seedFor } from './random.ts'
import type { Resource, StripeObject } from './resource.ts'
import { createVariants } from './variants.ts'

/** The place of a generated object and the number it is generated from. */
export interface Generated extends Place {
  readonly n: number
}

/** The generated objects of one resource, newest first. Three numbers are kept for each; the rest is built when asked for. */
export interface Population {
  readonly size: number
  placeAt(position: number): Generated
  find(id: string): Generated | undefined
  object(place: Generated, livemode: boolean): StripeObject
  /** The same as JSON, several times cheaper. */
  json(place: Generated, livemode: boolean): Buffer
  /** An object that is not part of the population, with the next free number. */
  spawn(created: number): StripeObject
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
  const variant = createVariants(resource, seedFor(origin.seed, 'variants'))
  const times = creationTimes({ ...origin, seed: seedFor(origin.seed, 'created') })
  const numbers = orderedById(times, ids.of)
  const positions = new Uint32Array(origin.count)
  for (const [position, n] of numbers.entries()) positions[n] = position
  let spawned = origin.count

  const own = ({ n, created, id }: Generated, livemode: boolean) =>
    resource.generate({ created, id, livemode, random: randomStream(seedFor(origin.seed, n)) })
  // Measured: spreading both into a new object takes 42 µs, this 0.7.
  const object = (place: Generated, livemode: boolean) => Object.assign(own(place, livemode), variant(place.n).fields)
  const at = (values: Uint32Array, position: number) => {
    const value = values[position]
    if (value === undefined) throw new RangeError(`sandbox: no ${resource.object} at ${position}`)
    return value
  }
  const placeAt = (position: number): Generated => {
    const n = at(numbers, position)
    return { created: at(times, position), id: ids.of(n), n }
  }

  return {
    size: origin.count,
    placeAt,
    object,
    json(place, livemode) {
      const head = JSON.stringify(own(place, livemode)).slice(0, -1)
      return Buffer.concat([Buffer.from(head), variant(place.n).tail])
    },
    find(id) {
      const n = ids.number(id)
      return n === undefined || n >= origin.count ? undefined : placeAt(at(positions, n))
    },
    spawn(created) {
      const n = spawned++
      return object({ created, id: ids.of(n), n }, false)
    },
  }
}

/** The numbers of the objects in list order; `times` is sorted, so only those of one second are put in order. */
function orderedById(times: Uint32Array, idOf: (n: number) => string): Uint32Array {
  const numbers = Uint32Array.from(times.keys())
  let from = 0
  for (let to = 1; to <= times.length; to++) {
    if (times[to] === times[from]) continue
    const second = numbers.subarray(from, to)
    if (second.length > 1) {
      const named = Array.from(second, (n) => ({ n, id: idOf(n) })).sort((a, b) => (a.id < b.id ? 1 : -1))
      second.set(named.map(({ n }) => n))
    }
    from = to
  }
  return numbers
}
