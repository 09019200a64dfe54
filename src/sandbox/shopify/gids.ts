/** Global ids of one type, computed from a number and back, so that no index is kept in memory. */
export interface Gids {
  idOf(n: number): string
  /** The number at the end of the id, which lists sort by among equals. */
  numericOf(n: number): number
  /** The n of an id; undefined if the sandbox did not make the id. */
  numberOf(id: string): number | undefined
}

/**
 * Generated objects are numbered from the newest to the oldest and objects added later from `count` on; the numbers in
 * their ids rise with time, beyond 32 bits, but among eight neighbours they are mixed, as they are in a real shop.
 */
export function createGids(type: string, seed: number, count: number): Gids {
  const prefix = gidPrefix(type)
  const mixed = seed & 7
  const numericOf = (n: number) => base + ((n < count ? count - 1 - n : n) ^ mixed) * step
  const idOf = (n: number) => prefix + numericOf(n)
  return {
    idOf,
    numericOf,
    numberOf(id) {
      if (!id.startsWith(prefix)) return undefined
      const place = (numericPart(id) - base) / step
      if (!Number.isInteger(place) || place < 0) return undefined
      const age = place ^ mixed
      const n = age < count ? count - 1 - age : age
      return idOf(n) === id ? n : undefined
    },
  }
}

export const gidPrefix = (type: string) => `gid://shopify/${type}/`

/** The number in a global id: `gid://shopify/Order/5` gives 5. */
export const numericPart = (id: string) => Number(id.slice(id.lastIndexOf('/') + 1))

/** The type in a global id; undefined for what is none. */
export const typeOf = (id: string) => /^gid:\/\/shopify\/([A-Za-z]+)\/\d+$/.exec(id)?.[1]

/** The id of the `index`-th object within another: a line of an order. There are at most 1,024. */
export const nestedGid = (type: string, parent: string, index: number) =>
  `${gidPrefix(type)}${numericPart(parent) + index}`

/** The numeric id of the object that a nested id belongs to. */
export const parentNumeric = (id: string) => {
  const numeric = numericPart(id)
  return numeric - ((numeric - base) % step)
}

const base = 5_600_000_000_000
const step = 1_024
