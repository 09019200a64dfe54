import { earlier, firstAfter, later, order, type Place } from './place.ts'
import type { Population } from './population.ts'
import type { Filters, Resource, StripeObject } from './resource.ts'

/** What a list call asks for, parsed. `min` and `max` are inclusive unix seconds. */
export interface Listing {
  readonly limit: number
  readonly min: number
  readonly max: number
  readonly startingAfter?: string
  readonly endingBefore?: string
  readonly filters: Filters
  readonly livemode: boolean
}

export interface Page {
  readonly objects: readonly StripeObject[]
  readonly hasMore: boolean
}

/** The objects of one resource as they are now: the population under an overlay of inserts, updates and removals. */
export interface Collection {
  page(listing: Listing): Page
  get(id: string, livemode: boolean): StripeObject | 'removed' | undefined
  /** Where an object is in the list, for a cursor; undefined when it is unknown or removed. */
  place(id: string): Place | undefined
  all(livemode: boolean): Iterable<StripeObject>
  insert(fields: Readonly<Record<string, unknown>>, now: number): StripeObject
  update(id: string, patch: Readonly<Record<string, unknown>>): void
  remove(id: string): void
}

export function createCollection(resource: Resource, population: Population): Collection {
  const inserted: (Place & { readonly object: StripeObject })[] = []
  const patches = new Map<string, Readonly<Record<string, unknown>>>()
  const removed = new Set<string>()

  const patched = (object: StripeObject, livemode: boolean): StripeObject => {
    const patch = patches.get(object.id)
    const inMode = object.livemode === livemode ? object : { ...object, livemode }
    return patch ? { ...inMode, ...patch } : inMode
  }
  const find = (id: string): Place | undefined => {
    const position = population.positionOf(id)
    if (position !== undefined) return population.placeAt(position)
    return inserted.find((entry) => entry.id === id)
  }
  const build = (id: string, livemode: boolean): StripeObject | undefined => {
    const position = population.positionOf(id)
    if (position !== undefined) return patched(population.objectAt(position, livemode), livemode)
    const object = inserted.find((entry) => entry.id === id)?.object
    return object && patched(object, livemode)
  }

  /** Walks from a border towards older or newer objects, merging what was generated with what was inserted. */
  function* walk(border: Place, step: 1 | -1, livemode: boolean): Generator<Place & { object: StripeObject }> {
    const ahead = step === 1 ? 0 : -1
    let i = firstAfter(border, population.size, population.placeAt) + ahead
    let j = firstAfter(border, inserted.length, (at) => inserted[at]!) + ahead
    // The border itself belongs to neither direction.
    if (step === -1 && i >= 0 && order(population.placeAt(i), border) === 0) i--
    if (step === -1 && j >= 0 && order(inserted[j]!, border) === 0) j--
    while (true) {
      const generated = i >= 0 && i < population.size ? population.placeAt(i) : undefined
      const other = inserted[j]
      if (!generated && !other) return
      const place = !other || (generated && order(generated, other) * step < 0) ? generated! : other
      const object = place === other ? other.object : population.objectAt(i, livemode, place)
      if (place === other) j += step
      else i += step
      if (!removed.has(place.id)) yield { ...place, object: patched(object, livemode) }
    }
  }

  const listed = (object: StripeObject, filters: Filters) =>
    !resource.hidden?.(object, filters) &&
    Object.entries(filters).every(([name, value]) => resource.filters[name]?.(object, value) ?? true)

  return {
    page({ limit, min, max, startingAfter, endingBefore, filters, livemode }) {
      const top: Place = { created: max + 1, id: '' }
      const bottom: Place = { created: min, id: '' }
      const cursor = startingAfter ?? endingBefore
      const at = cursor === undefined ? undefined : find(cursor)
      const border = endingBefore === undefined ? later(at ?? top, top) : earlier(at ?? bottom, bottom)
      const found: StripeObject[] = []
      for (const { created, object } of walk(border, endingBefore === undefined ? 1 : -1, livemode)) {
        if (created < min || created > max) break
        if (listed(object, filters) && found.push(object) > limit) break
      }
      const objects = found.slice(0, limit)
      return { objects: endingBefore === undefined ? objects : objects.reverse(), hasMore: found.length > limit }
    },
    get: (id, livemode) => (removed.has(id) ? 'removed' : build(id, livemode)),
    place: (id) => (removed.has(id) ? undefined : find(id)),
    *all(livemode) {
      for (const { object } of walk({ created: Number.POSITIVE_INFINITY, id: '' }, 1, livemode)) {
        if (listed(object, {})) yield object
      }
    },
    insert(fields, now) {
      const time = fields[resource.createdField] ?? now
      if (!Number.isInteger(time))
        throw new TypeError(`sandbox: ${resource.createdField} is not a whole second: ${time}`)
      const object: StripeObject = { ...population.spawn(Number(time), false), ...fields }
      if (find(object.id)) throw new Error(`sandbox: there is already a ${resource.object} ${object.id}`)
      const entry = { created: Number(time), id: object.id, object }
      inserted.splice(
        firstAfter(entry, inserted.length, (at) => inserted[at]!),
        0,
        entry,
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
