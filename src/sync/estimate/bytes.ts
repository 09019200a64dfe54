import type { Item } from '../../json/item.ts'
import type { Range } from './range.ts'

/** Items of a sample that are looked at. */
const looksAt = 200
/**
 * What Postgres keeps, in bytes, fitted to 37 tables of whole jobs of five providers (test/integration/estimate-costs.test.ts,
 * docs/estimate.md). A row that is longer than 2 kB with its columns has its payload compressed.
 */
const payload = { uncompressed: 1_800, ofText: 1.12, compressed: 0.43 }
/** A row's head and its entries in the indexes. Its columns repeat a part of the payload. */
const row = { besides: 450, ofPayload: 1.4 }

/** Bytes that a row of such an item takes in Postgres, with its indexes. */
export function bytesOf(sample: readonly Item[]): number {
  const looked = sample.slice(0, looksAt)
  if (looked.length === 0) return row.besides
  const kept = looked.reduce((bytes, item) => bytes + keptOf(Buffer.byteLength(JSON.stringify(item.value()))), 0)
  return rowBytes(kept / looked.length)
}

/** How far the bytes of a table's rows may be from `bytesOf`, and the bytes of a table's first pages. */
const uncertain = { least: 0.6, most: 1.7, pages: 100_000 }

/** Bytes of so many rows, each of which takes so many. */
export const bytesRange = ({ least, likely, most }: Range, each: number): Range => ({
  least: Math.round(least * each * uncertain.least),
  likely: Math.round(likely * each),
  most: most === null ? null : Math.round(most * each * uncertain.most + (most > 0 ? uncertain.pages : 0)),
})

/** The bytes of a row with its indexes, from the bytes in which Postgres keeps its payload. */
export const rowBytes = (kept: number): number => Math.round(row.besides + kept * row.ofPayload)

const keptOf = (text: number) => text * (text <= payload.uncompressed ? payload.ofText : payload.compressed)
