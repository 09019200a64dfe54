import { further, type ListPosition, nearer } from '../server/list-position.ts'
import { merge } from '../server/merge.ts'
import type { NumberRange } from '../server/relations.ts'
import { embeddedRows, withFirstRows, withRowList } from './embedded-rows.ts'
import { withLivemode } from './livemode.ts'
import { addInserted, type Inserted, type Overlay, orderedInserts } from './overlay.ts'
import type { Generated, Population } from './population.ts'
import type { Filters, LiveObjects, Resource, StripeObject } from './resource.ts'
import type { ResourceName } from './resources/names.ts'

/** The parsed parameters of a list call. `min` and `max` are inclusive unix seconds. */
export interface Listing {
  readonly limit: number
  readonly min: number
  readonly max: number
  readonly startingAfter?: string
  readonly endingBefore?: string
  readonly filters: Filters
}

/** Where an object stands in its list. `object` and `json` of the collection build the object itself. */
export type ListItem = Generated | Inserted

export interface Page {
  readonly items: readonly ListItem[]
  readonly hasMore: boolean
}

type Fields = Readonly<Record<string, unknown>>

/** The objects of one resource as they are now: the population under an overlay of inserts, updates and removals. */
export interface Collection extends LiveObjects {
  page(listing: Listing): Page
  find(id: string): ListItem | 'removed' | undefined
  /** As Stripe shows it, with the first ten rows of its nested list. */
  object(item: ListItem, livemode: boolean): StripeObject
  json(item: ListItem, livemode: boolean): Buffer
  /** All rows of the nested list of an object; undefined if there is no such object. */
  rows(id: string, livemode?: boolean): readonly StripeObject[] | undefined
  /** The ids of inserted and updated objects. */
  changedIds(): readonly string[]
  /** The items that a complete copy holds, in list order. */
  all(): Iterable<ListItem>
  insert(fields: Fields, now: number): StripeObject
  update(id: string, patch: Fields): void
  remove(id: string): void
}

export interface CollectionContext {
  /** The provider's clock, in unix seconds. */
  now(): number
  /** The numbers of the generated children of a generated parent. */
  children(parent: ResourceName, id: string): NumberRange
}

export function createCollection(
  resource: Resource,
  population: Population,
  overlay: Overlay,
  context: CollectionContext,
): Collection {
  const { inserted, byId, patches, removed } = overlay
  const inserts = orderedInserts(inserted)
  const find = (id: string): ListItem | undefined => population.find(id) ?? byId.get(id)
  const storedObject = (item: ListItem, livemode: boolean): StripeObject => {
    const base = 'n' in item ? population.object(item, livemode) : withLivemode(item.object, livemode)
    const patch = patches.get(item.id)
    return patch ? { ...base, ...withLivemode(patch, livemode) } : base
  }
  const withAllRows = (item: ListItem, livemode: boolean) => {
    const object = storedObject(item, livemode)
    return resource.view ? resource.view.convert(object) : object
  }
  const object = (item: ListItem, livemode: boolean) => withFirstRows(withAllRows(item, livemode), resource.embedded)
  const oldest = () => (resource.keptFor === undefined ? 0 : context.now() - resource.keptFor)
  const isGone = (item: ListItem) =>
    removed.has(item.id) || item.created < oldest() || resource.view?.shows(storedObject(item, false)) === false
  const findPresent = (id: string) => {
    const item = find(id)
    return item && !isGone(item) ? item : undefined
  }
  const isListed = (item: ListItem, filters: Filters) => {
    if (!resource.hidden && Object.keys(filters).length === 0) return true
    const fields = object(item, false)
    if (resource.hidden?.(fields, filters)) return false
    return Object.entries(filters).every(([name, value]) => resource.filters[name]?.(fields, value))
  }

  return {
    page({ limit, min, max, startingAfter, endingBefore, filters }) {
      const top: ListPosition = { created: max + 1, id: '' }
      const bottom: ListPosition = { created: min, id: '' }
      const cursorId = startingAfter ?? endingBefore
      const cursor = cursorId === undefined ? undefined : find(cursorId)
      const start = endingBefore === undefined ? further(cursor ?? top, top) : nearer(cursor ?? bottom, bottom)
      const matched: ListItem[] = []
      for (const item of merge(population, inserts, start, endingBefore === undefined ? 1 : -1)) {
        if (item.created < min || item.created > max) break
        if (!isGone(item) && isListed(item, filters) && matched.push(item) > limit) break
      }
      const items = matched.slice(0, limit)
      return { items: endingBefore === undefined ? items : items.reverse(), hasMore: matched.length > limit }
    },
    find: (id) => (removed.has(id) ? 'removed' : findPresent(id)),
    object,
    json: (item, livemode) =>
      'n' in item && !patches.has(item.id) && !resource.embedded && !resource.view
        ? population.json(item, livemode)
        : Buffer.from(JSON.stringify(object(item, livemode))),
    retrieve(id, livemode = false) {
      const item = findPresent(id)
      if (item) return object(item, livemode)
      return removed.has(id) && resource.deleted === 'stub' ? { id, object: resource.object, deleted: true } : undefined
    },
    rows(id, livemode = false) {
      const item = findPresent(id)
      return item && embeddedRows(withAllRows(item, livemode), resource.embedded ?? '')
    },
    related(parent, id, livemode = false) {
      const [from, to] = context.children(parent, id)
      const field = resource.relation?.field ?? parent.slice(0, -1)
      const generated = Array.from({ length: to - from }, (_, at) => population.find(population.idOf(from + at)))
      const added = inserted.filter((item) => item.object[field] === id)
      return [...generated, ...added]
        .filter((item): item is ListItem => item !== undefined && !isGone(item))
        .sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1))
        .map((item) => object(item, livemode))
    },
    changedIds: () => [...byId.keys(), ...patches.keys()],
    *all() {
      for (const item of merge(population, inserts, { created: Number.POSITIVE_INFINITY, id: '' }, 1)) {
        if (isGone(item)) continue
        if (resource.complete ? resource.complete(object(item, false)) : isListed(item, {})) yield item
      }
    },
    insert(fields, now) {
      const time = fields[resource.createdField] ?? now
      if (!Number.isInteger(time))
        throw new TypeError(`sandbox: ${resource.createdField} is not a whole second: ${time}`)
      const base = population.spawn(Number(time), fields.id === undefined ? undefined : String(fields.id))
      const object: StripeObject = { ...base, ...withRowList(fields, resource.embedded, base) }
      if (find(object.id)) throw new Error(`sandbox: there is already a ${resource.object} ${object.id}`)
      addInserted(overlay, { created: Number(time), id: object.id, object })
      return withFirstRows(object, resource.embedded)
    },
    update(id, patch) {
      const item = findPresent(id)
      if (!item) throw new Error(`sandbox: no ${resource.object} ${id} to update`)
      if ('id' in patch || resource.createdField in patch)
        throw new Error('sandbox: the id and the creation time of an object never change')
      patches.set(id, { ...patches.get(id), ...withRowList(patch, resource.embedded, storedObject(item, false)) })
    },
    remove(id) {
      if (!findPresent(id)) throw new Error(`sandbox: no ${resource.object} ${id} to remove`)
      removed.add(id)
    },
  }
}
