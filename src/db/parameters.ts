import { RawJson } from '../json/raw-json.ts'
import { withoutUnstorable } from '../json/storable.ts'
import type { StampedRow } from './stamped-row.ts'

/** Bytes of items in one statement; more rows make another. */
const bytesAtMost = 32 * 1024 * 1024

/** Rows as they go into one statement each. */
export function portions(rows: readonly StampedRow[]): readonly (readonly StampedRow[])[] {
  const all: StampedRow[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const row of rows) {
    const length = row.raw instanceof RawJson ? row.raw.length : 0
    bytes += length
    if (bytes > bytesAtMost) {
      all.push([])
      bytes = length
    }
    all.at(-1)?.push(row)
  }
  return all
}

/**
 * `records`: an array for each row, of its values of the `sent` columns, times in seconds since 1970; then where its item
 * begins in `bytes`, counted from one, and how long it is; or null twice and the item itself.
 */
export function parameters(rows: readonly StampedRow[], sent: readonly string[]) {
  const all: Buffer[] = []
  let from = 1
  const records = rows.map(({ row, raw, observedAt, deleted }) => {
    const record: unknown[] = sent.map((key) => {
      const value = key === 'observedAt' || (key === 'deletedAt' && deleted) ? observedAt : row[key]
      return value instanceof Date ? value.getTime() / 1_000 : (value ?? null)
    })
    if (!(raw instanceof RawJson)) record.push(null, null, raw)
    else {
      const { bytes } = raw
      all.push(bytes)
      record.push(from, bytes.length)
      from += bytes.length
    }
    return record
  })
  return { records: withoutUnstorable(JSON.stringify(records)), bytes: Buffer.concat(all, from - 1) }
}
