import { accountAge, creationTimes, type Density } from '../server/density.ts'
import { randomStream, seedFor } from '../server/random.ts'
import type { Relation } from '../server/relations.ts'
import type { Dataset, Resource } from './resource.ts'
import type { ResourceName } from './resources/names.ts'

/** The generated objects of one resource in list order. */
export interface CreationOrder {
  /** When the object at an index was created. */
  readonly times: Uint32Array
  /** The number of the object at an index. */
  readonly numbers: Uint32Array
  /** The index of an object by its number. */
  readonly indexes: Uint32Array
}

export interface OrderOptions {
  readonly name: ResourceName
  readonly count: number
  readonly density: Density
  readonly seed: number
  readonly now: number
  readonly sameSecond?: number | undefined
  readonly dataset: Dataset
}

/** Draws when each object was created and sorts the objects as their list shows them. */
export function orderByCreation(resource: Resource, options: OrderOptions, idOf: (n: number) => string): CreationOrder {
  const { times, numbers } = orderByTime(resource, options)
  orderWithinSeconds(times, numbers, idOf)
  const indexes = new Uint32Array(options.count)
  for (const [index, n] of numbers.entries()) indexes[n] = index
  return { times, numbers, indexes }
}

function orderByTime({ relation, createdWith }: Resource, options: OrderOptions) {
  const { count, dataset, now } = options
  const seed = seedFor(options.seed, 'created')
  const parents = relation && dataset.count(relation.parent) > 0 ? relation : undefined
  if (!parents && !createdWith) {
    const times = creationTimes({ ...options, seed })
    return { times, numbers: Uint32Array.from(times.keys()) }
  }
  // Time and number packed into one float, which holds 2^31 × 2^22 exactly: floats are sorted without comparing in JS.
  const packed = new Float64Array(count)
  const random = randomStream(seed)
  for (let n = 0; n < count; n++) {
    const draw = random()
    const time = parents
      ? timeAfterParent(parents, options, n, draw)
      : (createdWith?.(dataset, n) ?? now - accountAge + (draw % accountAge))
    packed[n] = time * numberLimit + n
  }
  packed.sort().reverse()
  const times = Uint32Array.from(packed, (value) => Math.floor(value / numberLimit))
  return { times, numbers: Uint32Array.from(packed, (value) => value % numberLimit) }
}

/** A time after the parent's; if the delay would end in the future, some time between the parent's and now. */
function timeAfterParent(
  relation: Relation<ResourceName>,
  { name, dataset, now }: OrderOptions,
  n: number,
  draw: number,
): number {
  const parent = dataset.parent(name, n) ?? 0
  const parentCreated = dataset.created(relation.parent, parent)
  const delay = relation.delay(n - dataset.children(name, parent)[0], draw)
  return parentCreated + (parentCreated + delay < now ? delay : delay % Math.max(now - parentCreated, 1))
}

const numberLimit = 2 ** 22

/** Within a second the larger id comes first; all else stays in place. */
function orderWithinSeconds(times: Uint32Array, numbers: Uint32Array, idOf: (n: number) => string): void {
  let from = 0
  for (let to = 1; to <= times.length; to++) {
    if (times[to] === times[from]) continue
    const second = numbers.subarray(from, to)
    if (second.length > 1) {
      const withIds = Array.from(second, (n) => ({ n, id: idOf(n) })).sort((a, b) => (a.id < b.id ? 1 : -1))
      second.set(withIds.map(({ n }) => n))
    }
    from = to
  }
}
