import type { ShopifyObject } from './shopify-object.ts'

/** What an object became by a change; without an object, it was deleted. */
export interface Version {
  /** From when on the lists show it, in unix seconds. Asked for by its id, it is shown at once. */
  readonly listedFrom: number
  readonly object: ShopifyObject | undefined
}

/** The changes that were made to generated objects, and the objects that were added. */
export interface Versions {
  /** The ids with changes, in the order of their first. */
  ids(): Iterable<string>
  add(id: string, version: Version): void
  /** The newest; undefined if the object is as it was generated. */
  newest(id: string): Version | undefined
  /** The newest that lists show at a moment; undefined if they still show what was generated. */
  listed(id: string, now: number): Version | undefined
}

export function createVersions(): Versions {
  const byId = new Map<string, Version[]>()
  return {
    ids: () => byId.keys(),
    add(id, version) {
      const known = byId.get(id)
      if (known) known.push(version)
      else byId.set(id, [version])
    },
    newest: (id) => byId.get(id)?.at(-1),
    listed: (id, now) => byId.get(id)?.findLast(({ listedFrom }) => listedFrom <= now),
  }
}
