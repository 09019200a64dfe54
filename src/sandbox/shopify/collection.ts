import { createVersions } from '../server/versions.ts'
import type { GeneratedDataset } from './dataset.ts'
import { createGeneratedOrder, type GeneratedOrder } from './generated-order.ts'
import { numericPart } from './gids.ts'
import { comparePositions, type Moment, type Position, type SortKey, type SortOrder, type Window } from './moments.ts'
import type { ResourceName } from './names.ts'
import type { LiveObjects, Resource } from './resource.ts'
import { type Fields, referenceIn, type ShopifyObject } from './shopify-object.ts'
import { secondsIn } from './timestamps.ts'

/** An object where a list has it. The object itself is built when it is asked for. */
export interface ListItem {
  readonly position: Position
  /** In unix seconds; undefined if the object has no such moment. */
  moment(name: Moment): number | undefined
  object(): ShopifyObject
}

/** What of a list is read: its objects of a window, from a position on without the object at it. */
export interface Reading extends SortOrder {
  readonly window: Window
  readonly after: Position | undefined
}

/** The objects of one resource as they are now: the generated ones under the changes that were made since. */
export interface Collection extends LiveObjects {
  readonly type: string
  /** In order. What a list does not show yet is not in it. */
  list(reading: Reading): Iterable<ListItem>
  /** What a complete copy must hold now. */
  all(): Iterable<ShopifyObject>
  insert(fields: Fields, change: Change): ShopifyObject
  update(id: string, patch: Fields, change: Change): ShopifyObject
  remove(id: string, change: Change): void
}

export interface Change {
  /** From when on the lists show it, in unix seconds. */
  readonly listedFrom: number
}

export interface CollectionContext {
  readonly name: ResourceName
  readonly data: GeneratedDataset
  /** The provider's clock, in unix seconds. */
  now(): number
  /** The object as the API shows it, with what other objects say of it. */
  shown(object: ShopifyObject): ShopifyObject
}

export function createCollection(resource: Resource, { name, data, now, shown }: CollectionContext): Collection {
  const versions = createVersions<ShopifyObject>()
  const changedNumbers = new Set<number>()
  /** The ids of the changed objects that ever belonged to a parent. */
  const changedByParent = new Map<string, Set<string>>()
  const orders = new Map<SortKey, GeneratedOrder>()
  let inserted = 0

  const fresh = (n: number): ShopifyObject => ({
    id: data.id(name, n),
    __typename: resource.type,
    ...resource.generate(n, data),
  })
  const storedObject = (id: string): ShopifyObject | undefined => {
    const version = versions.newest(id)
    if (version) return version.object
    const n = data.numberOf(name, id)
    return n === undefined ? undefined : fresh(n)
  }
  const present = (id: string): ShopifyObject => {
    const object = storedObject(id)
    if (!object) throw new Error(`sandbox: no ${name} ${id}`)
    return object
  }
  const change = (id: string, object: ShopifyObject | undefined, { listedFrom }: Change) => {
    versions.add(id, { listedFrom, object })
    const n = data.numberOf(name, id)
    if (n !== undefined) changedNumbers.add(n)
    const parent = object && resource.relation && referenceIn(object, resource.relation.field)
    if (parent !== undefined) changedByParent.set(parent, (changedByParent.get(parent) ?? new Set()).add(id))
  }
  const generatedOrder = (by: SortKey) => {
    const known = orders.get(by) ?? createGeneratedOrder(resource, name, data, by)
    orders.set(by, known)
    return known
  }

  const momentOf = (object: ShopifyObject, moment: Moment) => secondsIn(object[resource.moments[moment]?.field ?? ''])
  const changedItem = (object: ShopifyObject, by: SortKey): ListItem => ({
    position: { key: by === 'id' ? numericPart(object.id) : (momentOf(object, by) ?? 0), id: numericPart(object.id) },
    moment: (moment) => momentOf(object, moment),
    object: () => shown(object),
  })
  const generatedItem = (n: number, position: Position): ListItem => ({
    position,
    moment: (moment) => resource.moments[moment]?.at(n, data),
    object: () => shown(fresh(n)),
  })
  /** As the lists show the objects that were changed or added. */
  const changedObjects = (): ShopifyObject[] => {
    const objects: ShopifyObject[] = []
    for (const id of versions.ids()) {
      const n = data.numberOf(name, id)
      const version = versions.listed(id, now())
      const object = version ? version.object : n === undefined ? undefined : fresh(n)
      if (object) objects.push(object)
    }
    return objects
  }

  function* list({ by, descending, window, after }: Reading): Generator<ListItem> {
    const direction = descending ? -1 : 1
    const changed = changedObjects()
      .map((object) => changedItem(object, by))
      .filter(({ position }) => position.key >= window.from && position.key < window.to)
      .filter(({ position }) => !after || comparePositions(position, after) * direction > 0)
      .sort((a, b) => comparePositions(a.position, b.position) * direction)
    const order = generatedOrder(by)
    let next = 0
    for (const n of order.from(after, window, direction)) {
      if (changedNumbers.has(n)) continue
      const position = order.positionOf(n)
      for (
        let first = changed[next];
        first && comparePositions(first.position, position) * direction < 0;
        first = changed[next]
      ) {
        next++
        yield first
      }
      yield generatedItem(n, position)
    }
    yield* changed.slice(next)
  }

  return {
    type: resource.type,
    list,
    *all() {
      for (let n = 0; n < data.count(name); n++) if (!changedNumbers.has(n)) yield shown(fresh(n))
      for (const id of versions.ids()) {
        const object = storedObject(id)
        if (object) yield shown(object)
      }
    },
    retrieve(id) {
      const object = storedObject(id)
      return object && shown(object)
    },
    related(parentId) {
      const { relation } = resource
      if (!relation) return []
      const parent = data.numberOf(relation.parent, parentId)
      const [from, to] = parent === undefined ? [0, 0] : data.children(name, parent)
      const unchanged = Array.from({ length: to - from }, (_, at) => from + at)
        .filter((n) => !changedNumbers.has(n))
        .map(fresh)
      const changed = [...(changedByParent.get(parentId) ?? [])].flatMap((id) => versions.newest(id)?.object ?? [])
      const changedChildren = changed.filter((object) => referenceIn(object, relation.field) === parentId)
      return [...unchanged, ...changedChildren].map(shown).sort((a, b) => numericPart(a.id) - numericPart(b.id))
    },
    insert(fields, details) {
      const n = data.count(name) + inserted++
      const object = { ...fresh(n), ...fields }
      if (storedObject(object.id)) throw new Error(`sandbox: there is already a ${name} ${object.id}`)
      change(object.id, object, details)
      return shown(object)
    },
    update(id, patch, details) {
      const before = present(id)
      const fixed = ['id', resource.moments.created.field]
      if (fixed.some((field) => field in patch && patch[field] !== before[field]))
        throw new Error('sandbox: the id and the creation time of an object never change')
      const object = { ...before, ...patch }
      change(id, object, details)
      return shown(object)
    },
    remove(id, details) {
      present(id)
      change(id, undefined, details)
    },
  }
}
