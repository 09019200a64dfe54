import { createVersions } from '../server/versions.ts'
import type { GeneratedDataset } from './dataset.ts'
import { createGeneratedOrder, type GeneratedOrder } from './generated-order.ts'
import type { ResourceName } from './names.ts'
import type { LiveObjects, Resource } from './resource.ts'
import { comparePositions, type Position, type SortKey, type SortOrder } from './sort-order.ts'
import { sortValue } from './sort-value.ts'
import type { Fields, SquareObject } from './square-object.ts'

/** An object where a list has it. The object itself is built when it is asked for. */
export interface ListItem {
  readonly position: Position
  /** The location's id; undefined for what belongs to the merchant. */
  readonly location: string | undefined
  object(): SquareObject
}

/** The objects of one resource as they are now: the generated ones under the changes that were made since. */
export interface Collection extends LiveObjects {
  /** In order, from a position on without the object at it. What a list does not show yet is not in it. */
  list(order: SortOrder, after?: Position): Iterable<ListItem>
  /** What a complete copy must hold now, oldest first. */
  all(): Iterable<SquareObject>
  relatedItems(parentId: string, order: SortOrder): readonly ListItem[]
  insert(fields: Fields, change: Change): SquareObject
  update(id: string, patch: Fields, change: Change): SquareObject
  remove(id: string, change: Change): void
}

export interface Change {
  /** From when on the lists show it, in unix milliseconds. */
  readonly listedFrom: number
}

export interface CollectionContext {
  readonly name: ResourceName
  readonly data: GeneratedDataset
  /** The provider's clock, in unix milliseconds. */
  now(): number
  /** The object as the API shows it, with what other objects say of it. */
  shown(object: SquareObject): SquareObject
}

export function createCollection(resource: Resource, context: CollectionContext): Collection {
  const { name, data, now, shown } = context
  const versions = createVersions<SquareObject>()
  const changedNumbers = new Set<number>()
  const orders = new Map<SortKey, GeneratedOrder>()
  let inserted = 0

  const generated = (n: number): SquareObject => ({ id: data.id(name, n), ...resource.generate(n, data) })
  const storedObject = (id: string): SquareObject | undefined => {
    const version = versions.newest(id)
    if (version) return version.object
    const n = data.numberOf(name, id)
    return n === undefined ? undefined : generated(n)
  }
  const present = (id: string): SquareObject => {
    const object = storedObject(id)
    if (!object) throw new Error(`sandbox: no ${name} ${id}`)
    return object
  }
  const change = (id: string, object: SquareObject | undefined, { listedFrom }: Change) => {
    versions.add(id, { listedFrom, object })
    const n = data.numberOf(name, id)
    if (n !== undefined) changedNumbers.add(n)
  }

  const locationOf = (object: SquareObject) => (typeof object.location_id === 'string' ? object.location_id : undefined)
  const item = (object: SquareObject, by: SortKey): ListItem[] => {
    const key = sortValue(object, by)
    if (key === undefined) return []
    return [{ position: { key, id: object.id }, location: locationOf(object), object: () => shown(object) }]
  }
  const generatedItem = (n: number, position: Position): ListItem => {
    const location = resource.location?.(n, data)
    return {
      position,
      location: location === undefined ? undefined : data.locations[location]?.id,
      object: () => shown(generated(n)),
    }
  }
  /** As the lists show the objects that were changed or added. */
  const changedObjects = (): SquareObject[] => {
    const objects: SquareObject[] = []
    for (const id of versions.ids()) {
      const n = data.numberOf(name, id)
      const version = versions.listed(id, now())
      const object = version ? version.object : n === undefined ? undefined : generated(n)
      if (object) objects.push(object)
    }
    return objects
  }
  const generatedOrder = (by: SortKey) => {
    const known = orders.get(by) ?? createGeneratedOrder(resource, { name, data, by, generated })
    orders.set(by, known)
    return known
  }

  function* list({ by, descending }: SortOrder, after?: Position): Generator<ListItem> {
    const direction = descending ? -1 : 1
    const compare = (a: ListItem, b: ListItem) => comparePositions(a.position, b.position) * direction
    const changed = changedObjects()
      .flatMap((object) => item(object, by))
      .filter(({ position }) => !after || comparePositions(position, after) * direction > 0)
      .sort(compare)
    let next = 0
    for (const { n, position } of generatedOrder(by).from(after, direction)) {
      if (changedNumbers.has(n)) continue
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

  function relatedItems(parentId: string, order: SortOrder): ListItem[] {
    const { relation } = resource
    if (!relation) return []
    const parent = data.numberOf(relation.parent, parentId)
    const numbers = parent === undefined ? [] : childrenOf(parent)
    const unchanged = numbers.filter((n) => !changedNumbers.has(n)).map(generated)
    const changed = changedObjects().filter((object) => relation.parentId(object) === parentId)
    const direction = order.descending ? -1 : 1
    return [...unchanged, ...changed]
      .flatMap((object) => item(object, order.by))
      .sort((a, b) => comparePositions(a.position, b.position) * direction)
  }

  function childrenOf(parent: number): readonly number[] {
    const { relation } = resource
    if (relation?.children) return relation.children(parent, data)
    const [from, to] = data.children(name, parent)
    return Array.from({ length: to - from }, (_, at) => from + at)
  }

  return {
    list,
    *all() {
      const changed = new Set(versions.ids())
      const objects: SquareObject[] = []
      for (const id of changed) {
        const object = storedObject(id)
        if (object) objects.push(object)
      }
      for (let n = 0; n < data.count(name); n++) if (!changedNumbers.has(n)) yield shown(generated(n))
      for (const object of objects) yield shown(object)
    },
    retrieve(id) {
      const object = storedObject(id)
      return object && shown(object)
    },
    related: (parentId) => relatedItems(parentId, { by: 'created', descending: true }).map(({ object }) => object()),
    relatedItems,
    insert(fields, details) {
      const n = data.count(name) + inserted++
      const object: SquareObject = { id: data.id(name, n), ...resource.generate(n, data), ...fields }
      if (storedObject(object.id)) throw new Error(`sandbox: there is already a ${name} ${object.id}`)
      change(object.id, object, details)
      return shown(object)
    },
    update(id, patch, details) {
      const before = present(id)
      if (neverChanged.some((field) => field in patch && patch[field] !== before[field]))
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

const neverChanged = ['id', 'created_at', 'effective_at'] as const
