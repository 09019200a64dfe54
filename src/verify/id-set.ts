import { hash } from 'node:crypto'

/** A set of ids that takes some 16 bytes an id, because it keeps 64 bits of each id's hash. It never forgets an id. */
export interface IdSet {
  /** False if the set had the id. */
  add(id: string): boolean
  has(id: string): boolean
  size(): number
}

export function createIdSet(): IdSet {
  let slots = new BigUint64Array(1_024)
  let size = 0
  // The slot with the key, or the empty slot where it belongs. No key is zero.
  const find = (key: bigint, among: BigUint64Array) => {
    let at = Number(key % BigInt(among.length))
    while (among[at] !== 0n && among[at] !== key) at = (at + 1) % among.length
    return at
  }
  const grow = () => {
    const larger = new BigUint64Array(slots.length * 2)
    for (const key of slots) if (key !== 0n) larger[find(key, larger)] = key
    slots = larger
  }
  return {
    add(id) {
      const key = keyOf(id)
      const at = find(key, slots)
      if (slots[at] === key) return false
      slots[at] = key
      size++
      if (size * 4 > slots.length * 3) grow()
      return true
    },
    has: (id) => slots[find(keyOf(id), slots)] !== 0n,
    size: () => size,
  }
}

const keyOf = (id: string) => hash('sha256', id, 'buffer').readBigUInt64LE() | 1n
