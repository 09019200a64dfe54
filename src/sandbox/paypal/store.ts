import type { Fields, Stored } from './paypal-object.ts'

/** The objects of one resource, generated on first use and changed since. */
export interface Store {
  readonly size: number
  all(): Iterable<Stored>
  get(key: string): Fields | undefined
  /** In an order, which is kept until an object changes. */
  sorted(name: string, compare: (a: Fields, b: Fields) => number): readonly Stored[]
  set(key: string, object: Fields): Stored
  remove(key: string): void
}

export function createStore(generate: () => Iterable<Stored>): Store {
  let objects: Map<string, Fields> | undefined
  const orders = new Map<string, readonly Stored[]>()
  const all = () => {
    objects ??= new Map([...generate()].map(({ key, object }) => [key, object]))
    return objects
  }
  const entries = (): Stored[] => [...all()].map(([key, object]) => ({ key, object }))
  return {
    get size() {
      return all().size
    },
    all: entries,
    get: (key) => all().get(key),
    sorted(name, compare) {
      const known = orders.get(name) ?? entries().sort((a, b) => compare(a.object, b.object))
      orders.set(name, known)
      return known
    },
    set(key, object) {
      all().set(key, object)
      orders.clear()
      return { key, object }
    },
    remove(key) {
      all().delete(key)
      orders.clear()
    },
  }
}
