import { earlier, later, type Place } from '../server/list-position.ts'
import { walk } from '../server/merge.ts'
import { rowsOf, trimmed, withRows } from './embedded.ts'
import { inMode } from './livemode.ts'
import { addTo, type Inserted, type Overlay, rowOf } from './overlay.ts'
import type { Generated, Population } from './population.ts'
import type { Filters, Resource, StripeObject } from './resource.ts'
import type { ResourceName } from './resources/names.ts'

/** What a list call asks for, parsed. `min` and `max` are inclusive unix seconds. */
export interface Listing {
  readonly limit: number
  readonly min: number
  readonly max: number
  readonly startingAfter?: string
  readonly endingBefore?: string
  readonly filters: Filters
}

/** An object in its place in the list; `object` and `json` of the collection build it. */
export type Item = Generated | Inserted

export interface Page {
  readonly items: readonly Item[]
  readonly hasMore: boolean
}

type Fields = Readonly<Record<string, unknown>>

/** The objects of one resource as they are now: the population under an overlay of inserts, updates and removals. */
export interface Collection {
  page(listing: Listing): Page
  find(id: string): Item | 'removed' | undefined
  /** As Stripe shows it, nested lists cut to their first ten. */
  object(item: Item, livemode: boolean): StripeObject
  json(item: Item, livemode: boolean): Buffer
  /** The object by its id, the stub of a deleted one, or undefined. */
  retrieve(id: string, livemode?: boolean): StripeObject | undefined
  /** All rows of the nested list of an object; undefined when there is no such object. */
  rows(id: string, livemode?: boolean): readonly StripeObject[] | undefined
  /** The objects that belong to one of another resource, in list order. */
  related(parent: ResourceName, id: string, livemode?: boolean): readonly StripeObject[]
  /** Ids of objects that are not as they were generated. */
  touched(): readonly string[]
  /** What a complete copy holds, in list order. */
  all(): Iterable<Item>
  insert(fields: Fields, now: number): StripeObject
  update(id: string, patch: Fields): void
  remove(id: string): void
}

export interface Surroundings {
  /** The provider's clock, in unix seconds. */
  now(): number
  /** The numbers of the generated children of a generated parent. */
  children(parent: ResourceName, id: string): readonly [number, number]
}

export function createCollection(
  resource: Resource,
  population: Population,
  overlay: Overlay,
  surroundings: Surroundings,
): Collection {
  const { inserted, byId, patches, removed } = overlay
  const find = (id: string): Item | undefined => population.find(id) ?? byId.get(id)
  const kept = (item: Item, livemode: boolean): StripeObject => {
    const base = 'n' in item ? population.object(item, livemode) : inMode(item.object, livemode)
    const patch = patches.get(item.id)
    return patch ? { ...base, ...inMode(patch, livemode) } : base
  }
  const whole = (item: Item, livemode: boolean) => {
    const one = kept(item, livemode)
    return resource.view ? resource.view.as(one) : one
  }
  const object = (item: Item, livemode: boolean) => trimmed(whole(item, livemode), resource.embedded)
  const oldest = () => (resource.keptFor === undefined ? 0 : surroundings.now() - resource.keptFor)
  const gone = (item: Item) =>
    removed.has(item.id) || item.created < oldest() || resource.view?.shows(kept(item, false)) === false
  const present = (id: string) => {
    const item = find(id)
    return item && !gone(item) ? item : undefined
  }
  const insertedRow = {
    get size() {
      return inserted.length
    },
    placeAt: rowOf(inserted),
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
      for (const item of walk(population, insertedRow, border, endingBefore === undefined ? 1 : -1)) {
        if (item.created < min || item.created > max) break
        if (!gone(item) && listed(item, filters) && found.push(item) > limit) break
      }
      const items = found.slice(0, limit)
      return { items: endingBefore === undefined ? items : items.reverse(), hasMore: found.length > limit }
    },
    find: (id) => (removed.has(id) ? 'removed' : present(id)),
    object,
    json: (item, livemode) =>
      'n' in item && !patches.has(item.id) && !resource.embedded && !resource.view
        ? population.json(item, livemode)
        : Buffer.from(JSON.stringify(object(item, livemode))),
    retrieve(id, livemode = false) {
      const item = present(id)
      if (item) return object(item, livemode)
      return removed.has(id) && resource.deleted === 'stub' ? { id, object: resource.object, deleted: true } : undefined
    },
    rows(id, livemode = false) {
      const item = present(id)
      return item && rowsOf(whole(item, livemode), resource.embedded ?? '')
    },
    related(parent, id, livemode = false) {
      const [from, to] = surroundings.children(parent, id)
      const field = resource.kin?.field ?? parent.slice(0, -1)
      const own = Array.from({ length: to - from }, (_, at) => population.find(population.idOf(from + at)))
      const added = inserted.filter((item) => item.object[field] === id)
      return [...own, ...added]
        .filter((item): item is Item => item !== undefined && !gone(item))
        .sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1))
        .map((item) => object(item, livemode))
    },
    touched: () => [...byId.keys(), ...patches.keys()],
    *all() {
      for (const item of walk(population, insertedRow, { created: Number.POSITIVE_INFINITY, id: '' }, 1)) {
        if (gone(item)) continue
        if (resource.complete ? resource.complete(object(item, false)) : listed(item, {})) yield item
      }
    },
    insert(fields, now) {
      const time = fields[resource.createdField] ?? now
      if (!Number.isInteger(time))
        throw new TypeError(`sandbox: ${resource.createdField} is not a whole second: ${time}`)
      const base = population.spawn(Number(time), fields.id === undefined ? undefined : String(fields.id))
      const object: StripeObject = { ...base, ...withRows(fields, resource.embedded, base) }
      if (find(object.id)) throw new Error(`sandbox: there is already a ${resource.object} ${object.id}`)
      const item = { created: Number(time), id: object.id, object }
      addTo(overlay, item)
      return trimmed(object, resource.embedded)
    },
    update(id, patch) {
      const item = present(id)
      if (!item) throw new Error(`sandbox: no ${resource.object} ${id} to update`)
      if ('id' in patch || resource.createdField in patch) throw new Error('sandbox: id and creation time never change')
      patches.set(id, { ...patches.get(id), ...withRows(patch, resource.embedded, kept(item, false)) })
    },
    remove(id) {
      if (!present(id)) throw new Error(`sandbox: no ${resource.object} ${id} to remove`)
      removed.add(id)
    },
  }
}
