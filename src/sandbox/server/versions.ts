/** What an object became by a change; without an object, it was deleted. */
export interface Version<Item> {
  /** From when on the lists show it, in the unit of the sandbox's clock. Asked for by its id, it is shown at once. */
  readonly listedFrom: number
  readonly object: Item | undefined
}

/** The changes that were made to generated objects, and the objects that were added. */
export interface Versions<Item> {
  /** The ids with changes, in the order of their first. */
  ids(): Iterable<string>
  has(id: string): boolean
  add(id: string, version: Version<Item>): void
  /** The newest; undefined if the object is as it was generated. */
  newest(id: string): Version<Item> | undefined
  /** The newest that lists show at a moment; undefined if they still show what was generated. */
  listed(id: string, now: number): Version<Item> | undefined
}

export function createVersions<Item>(): Versions<Item> {
  const byId = new Map<string, Version<Item>[]>()
  return {
    ids: () => byId.keys(),
    has: (id) => byId.has(id),
    add(id, version) {
      const known = byId.get(id)
      if (known) known.push(version)
      else byId.set(id, [version])
    },
    newest: (id) => byId.get(id)?.at(-1),
    listed: (id, now) => byId.get(id)?.findLast(({ listedFrom }) => listedFrom <= now),
  }
}
