import type { Item } from '../../json/item.ts'

/** Items of a sample that are looked at. */
const looksAt = 200
/**
 * Bytes of a row besides its payload: its columns, its head, and its entries in the indexes; and what Postgres keeps of a
 * payload's bytes, which it compresses from 2 kB on. Rounded from docs/performance.md.
 */
const besides = 420
const uncompressed = 2_000
const compressed = 0.45

/** Bytes that a row of such an item takes in Postgres, with its indexes. */
export function bytesOf(sample: readonly Item[]): number {
  const looked = sample.slice(0, looksAt)
  if (looked.length === 0) return besides
  const sum = looked.reduce((bytes, item) => bytes + keptOf(Buffer.byteLength(JSON.stringify(item.value()))), 0)
  return Math.round(besides + sum / looked.length)
}

/** The bytes of a row, from the bytes in which Postgres keeps its payload. */
export const rowBytes = (payload: number): number => besides + payload

const keptOf = (bytes: number) => (bytes <= uncompressed ? bytes : bytes * compressed)
