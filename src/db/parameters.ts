import { Payload } from '../json/raw-json.ts'
import type { StampedRow } from './upsert.ts'

/** Bytes of payloads in one statement; more rows make another. */
const bytesAtMost = 32 * 1024 * 1024

/** Rows as they go into one statement each. */
export function portions(rows: readonly StampedRow[]): readonly (readonly StampedRow[])[] {
  const all: StampedRow[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const row of rows) {
    const length = row.raw instanceof Payload ? row.raw.length : 0
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
 * `records`: an array for each row, of its values of the `sent` columns, times in seconds since 1970; then where its payload
 * begins in `bytes`, counted from one, and how long it is; or null twice and the payload itself.
 */
export function parameters(rows: readonly StampedRow[], sent: readonly string[]) {
  const all: Buffer[] = []
  let from = 1
  const records = rows.map(({ row, raw, observedAt, deleted }) => {
    const record: unknown[] = sent.map((key) => {
      const value = key === 'observedAt' || (key === 'deletedAt' && deleted) ? observedAt : row[key]
      return value instanceof Date ? value.getTime() / 1_000 : (value ?? null)
    })
    if (!(raw instanceof Payload)) record.push(null, null, raw)
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

/**
 * jsonb takes neither NUL nor lone surrogates. JSON.stringify writes both as escapes, so they are found in the text: an
 * escape counts only after an even number of backslashes. Each becomes U+FFFD, in payload and columns alike.
 */
export function withoutUnstorable(json: string): string {
  // The first test is much the faster, and most text has no such escape at all.
  if (!json.includes('\\u') || !/\\u(?:0000|d[89a-f])/.test(json)) return json
  return json.replace(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g, '$1\\ufffd')
}
