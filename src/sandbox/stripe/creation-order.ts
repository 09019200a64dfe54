import { accountAge, creationTimes, type Density } from '../server/density.ts'
import { randomStream, seedFor } from '../server/random.ts'
import type { Kin } from '../server/relations.ts'
import type { World } from './dataset.ts'
import type { Resource } from './resource.ts'
import type { ResourceName } from './resources/names.ts'

/** The objects of one resource in list order. */
export interface Lineup {
  /** When the object at a position was created. */
  readonly times: Uint32Array
  /** The number of the object at a position. */
  readonly numbers: Uint32Array
  /** The position of an object by its number. */
  readonly positions: Uint32Array
}

export interface Births {
  readonly name: ResourceName
  readonly count: number
  readonly density: Density
  readonly seed: number
  readonly now: number
  readonly sameSecond?: number | undefined
  readonly world: World
}

export function lineUp(resource: Resource, births: Births, idOf: (n: number) => string): Lineup {
  const { times, numbers } = inOrderOfTime(resource, births)
  orderById(times, numbers, idOf)
  const positions = new Uint32Array(births.count)
  for (const [position, n] of numbers.entries()) positions[n] = position
  return { times, numbers, positions }
}

function inOrderOfTime({ kin, born }: Resource, births: Births) {
  const { count, world, now } = births
  const seed = seedFor(births.seed, 'created')
  const parents = kin && world.count(kin.of) > 0 ? kin : undefined
  if (!parents && !born) {
    const times = creationTimes({ ...births, seed })
    return { times, numbers: Uint32Array.from(times.keys()) }
  }
  // Time and number in one float: 2^31 × 2^22 is what one holds exactly, and sorting floats needs no comparisons in JS.
  const both = new Float64Array(count)
  const random = randomStream(seed)
  for (let n = 0; n < count; n++) {
    const draw = random()
    const time = parents
      ? afterParent(parents, births, n, draw)
      : (born?.(world, n) ?? now - accountAge + (draw % accountAge))
    both[n] = time * numberRoom + n
  }
  both.sort().reverse()
  const times = Uint32Array.from(both, (value) => Math.floor(value / numberRoom))
  return { times, numbers: Uint32Array.from(both, (value) => value % numberRoom) }
}

/** Where that would be in the future, somewhere between the parent and now. */
function afterParent(kin: Kin, { name, world, now }: Births, n: number, draw: number): number {
  const parent = world.parent(name, n) ?? 0
  const born = world.created(kin.of, parent)
  const delay = kin.delay(n - world.children(name, parent)[0], draw)
  return born + (born + delay < now ? delay : delay % Math.max(now - born, 1))
}

const numberRoom = 2 ** 22

/** Within a second the larger id comes first; everything else stays where it is. */
function orderById(times: Uint32Array, numbers: Uint32Array, idOf: (n: number) => string): void {
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
}
