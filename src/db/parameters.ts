import { RawJson } from '../json/raw-json.ts'
import type { Span } from '../json/span.ts'
import { withoutUnstorable } from '../json/storable.ts'
import { type BytesList, bytesList } from './bytes-list.ts'
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
  const bytes = createRuns()
  const records = rows.map(({ row, raw, observedAt, deleted }) => {
    const record: unknown[] = sent.map((key) => {
      const value = key === 'observedAt' || (key === 'deletedAt' && deleted) ? observedAt : row[key]
      return value instanceof Date ? value.getTime() / 1_000 : (value ?? null)
    })
    if (raw instanceof RawJson) record.push(bytes.add(raw.body, raw.span), raw.length)
    else record.push(null, null, raw)
    return record
  })
  return { records: withoutUnstorable(JSON.stringify(records)), bytes: bytes.list() }
}

/** The most bytes between two items of an answer that are sent with them: a comma, a line break, the next line's indent. */
const longestGap = 64

interface Run {
  readonly body: Buffer
  readonly from: number
  to: number
}

/** Puts items after one another. Those that follow one another in an answer stay together, so that there are few buffers. */
function createRuns() {
  const runs: Run[] = []
  let last: Run | undefined
  let length = 0
  return {
    /** Where the item begins, counted from one. */
    add(body: Buffer, { from, to }: Span): number {
      if (last?.body === body && from >= last.to && from - last.to <= longestGap) {
        length += from - last.to
        last.to = to
      } else {
        last = { body, from, to }
        runs.push(last)
      }
      length += to - from
      return length - (to - from) + 1
    },
    list: (): BytesList => bytesList(runs.map(({ body, from, to }) => body.subarray(from, to))),
  }
}
