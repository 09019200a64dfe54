import { earlier, firstAfter, later, order, type Place } from './place.ts'
import type { Generated, Population } from './population.ts'
import type { Filters, Resource, StripeObject } from './resource.ts'

/** What a list call asks for, parsed. `min` and `max` are inclusive unix seconds. */
export interface Listing {
  readonly limit: number
  readonly min: number
  readonly max: number
  readonly startingAfter?: string
  readonly endingBefore?: string
  readonly filters: Filters
}

interface Inserted extends Place {
  readonly object: StripeObject
}

/** An object in its place in the list; `object` and `json` of the collection build it. */
export type Item = Generated | Inserted

export interface Page {
  readonly items: readonly Item[]
  readonly hasMore: boolean
}

/** The objects of one resource as they are now: the population under an overlay of inserts, updates and removals. */
export interface Collection {
  page(listing: Listing): Page
  find(id: string): Item | 'removed' | undefined
  object(item: Item, livemode: boolean): StripeObject
  json(item: Item, livemode: boolean): Buffer
  /** What a complete copy holds, in list order. */
  all(): Iterable<Item>
  insert(fields: Readonly<Record<string, unknown>>, now: number): StripeObject
  update(id: string, patch: Readonly<Record<string, unknown>>): void
  remove(id: string): void
}

export function createCollection(resource: Resource, population: Population): Collection {
  const inserted: Inserted[] = []
  const patches = new Map<string, Readonly<Record<string, unknown>>>()
  const removed = new Set<string>()

  const find = (id: string): Item | undefined => population.find(id) ?? inserted.find((item) => item.id === id)
  const object = (item: Item, livemode: boolean): StripeObject => {
    const whole = 'n' in item ? population.object(item, livemode) : { ...item.object, livemode }
    const patch = patches.get(item.id)
    return patch ? { ...whole, ...patch } : whole
  }

  /** Walks from a border towards older or newer items, merging what was generated with what was inserted. */
  function* walk(border: Place, step: 1 | -1): Generator<Item> {
    const ahead = step === 1 ? 0 : -1
    let i = firstAfter(border, population.size, population.placeAt) + ahead
    let j = firstAfter(border, inserted.length, (at) => inserted[at]!) + ahead
    // The border itself belongs to neither direction.
    if (step === -1 && i >= 0 && order(population.placeAt(i), border) === 0) i--
    if (step === -1 && j >= 0 && order(inserted[j]!, border) === 0) j--
    while (true) {
      const generated = i >= 0 && i < population.size ? population.placeAt(i) : undefined
      const other = inserted[j]
      const next = !other || (generated && order(generated, other) * step < 0) ? generated : other
      if (!next) return
      if (next === other) j += step
      else i += step
      if (!removed.has(next.id)) yield next
    }
  }

  const listed = (item: Item, filters: Filters) => {
    if (!resource.hidden && Object.keys(filters).length === 0) return true
    const fields = object(item, false)
    if (resource.hidden?.(fields, filters)) return false
    return Object.entries(filters).every(([name, value]) => resource.filters[name]?.(fields, value))
  }

  return {
    page({ limit, min, max, startingAfter, endingBefore, filters }) {
      const top: Place = { created: max + 1, id: '' }
      const bottom: Place = { created: min, id: '' }
      const cursor = startingAfter ?? endingBefore
      const at = cursor === undefined ? undefined : find(cursor)
      const border = endingBefore === undefined ? later(at ?? top, top) : earlier(at ?? bottom, bottom)
      const found: Item[] = []
      for (const item of walk(border, endingBefore === undefined ? 1 : -1)) {
        if (item.created < min || item.created > max) break
        if (listed(item, filters) && found.push(item) > limit) break
      }
      const items = found.slice(0, limit)
      return { items: endingBefore === undefined ? items : items.reverse(), hasMore: found.length > limit }
    },
    find: (id) => (removed.has(id) ? 'removed' : find(id)),
    object,
    json: (item, livemode) =>
      'n' in item && !patches.has(item.id)
        ? population.json(item, livemode)
        : Buffer.from(JSON.stringify(object(item, livemode))),
    *all() {
      for (const item of walk({ created: Number.POSITIVE_INFINITY, id: '' }, 1)) if (listed(item, {})) yield item
    },
    insert(fields, now) {
      const time = fields[resource.createdField] ?? now
      if (!Number.isInteger(time))
        throw new TypeError(`sandbox: ${resource.createdField} is not a whole second: ${time}`)
      const object: StripeObject = { ...population.spawn(Number(time)), ...fields }
      if (find(object.id)) throw new Error(`sandbox: there is already a ${resource.object} ${object.id}`)
      const item = { created: Number(time), id: object.id, object }
      inserted.splice(
        firstAfter(item, inserted.length, (at) => inserted[at]!),
        0,
        item,
      )
      return object
    },
    update(id, patch) {
      if (!find(id)) throw new Error(`sandbox: no ${resource.object} ${id} to update`)
      if ('id' in patch || resource.createdField in patch) throw new Error('sandbox: id and creation time never change')
      patches.set(id, { ...patches.get(id), ...patch })
    },
    remove(id) {
      if (!find(id)) throw new Error(`sandbox: no ${resource.object} ${id} to remove`)
      removed.add(id)
    },
  }
}
