import { describe, expect, it } from 'vitest'
import type { UnsettledRows } from '../../src/db/unsettled.ts'
import { readingsOf } from '../../src/job/unsettled.ts'

const retrieve = () => Promise.reject(new Error('not asked'))
const list = () => Promise.reject(new Error('not asked'))
const unsettled = { by: { column: 'status' }, values: ['open'] }
const since = 10_000

/** Rows in these seconds, of `between` in the window that has them and `after` since it. */
function rowsAt(seconds: readonly number[], { between = 10_000, after = 10_000 } = {}): UnsettledRows {
  const [oldest, newest] = [Math.min(...seconds), Math.max(...seconds)]
  const ids = seconds.map((_, at) => `in_${at}`)
  return { name: 'invoices', ids, seconds, oldest, newest, between, since: after }
}
const secondsOf = (count: number) => Array.from({ length: count }, (_, at) => 5_000 - at)

/** What is read, in short. */
function read(rows: UnsettledRows | undefined, more: object = { retrieve }) {
  const resource = { name: 'invoices', ...more }
  return readingsOf({ resource, since } as never, rows).map((reading) => {
    const { since, to, ids } = reading as { since: number; to?: number; ids?: readonly string[] }
    return { since, ...(to !== undefined && { to }), ...(ids && { ids: ids.length }) }
  })
}
const regular = { since }

describe('a resource with rows that may still change', () => {
  it('and without such rows is read as ever', () => {
    expect(read(undefined)).toEqual([regular])
  })

  it('is asked for them by id where that takes the fewest requests', () => {
    expect(read(rowsAt(secondsOf(20)))).toEqual([regular, { since, ids: 20 }])
  })

  it('is read in the window that has them where that takes fewer', () => {
    const rows = rowsAt([5_000.5, 4_000.7], { between: 199 })
    expect(read({ ...rows, ids: Array(3).fill('in') })).toEqual([regular, { since: 4_000, to: 5_001 }])
  })

  it('is read further back where that takes fewer: its list is read in any case', () => {
    const rows = rowsAt(secondsOf(9), { between: 300, after: 300 })
    expect(read(rows)).toEqual([{ since: 4_992 }])
  })

  it('is asked for the newest fifty where any way takes more requests', () => {
    expect(read(rowsAt(secondsOf(50)))).toEqual([regular, { since, ids: 50 }])
    expect(read(rowsAt(secondsOf(51)))).toEqual([regular, { since, ids: 50 }])
    expect(read(rowsAt(secondsOf(60), { between: 5_001 }))).toEqual([regular, { since, ids: 50 }])
    expect(read(rowsAt(secondsOf(60), { between: 5_000 }))).toEqual([regular, { since: 4_941, to: 5_001 }])
  })

  it('is asked for a hundred by one request where the provider lists those that may still change', () => {
    const rows = rowsAt(secondsOf(400), { between: 500 })
    expect(read(rows, { retrieve, unsettled: { ...unsettled, list } })).toEqual([regular, { since, ids: 400 }])
    expect(read(rows, { unsettled: { ...unsettled, list } })).toEqual([regular, { since, ids: 400 }])
    // Without such a list they would be 400 requests, and the window has them in five.
    for (const more of [{ unsettled }, { unsettled: 'every row' }, {}])
      expect(read(rows, { retrieve, ...more })).toEqual([regular, { since: 4_601, to: 5_001 }])
  })
})

describe('a resource that cannot be asked by id', () => {
  it('is read so as well if it can be asked and is not to be', () => {
    const rows = rowsAt([5_000, 3_000], { between: 2_000 })
    const windows = [regular, { since: 3_000, to: 3_001 }, { since: 5_000, to: 5_001 }]
    expect(read(rows, { retrieve, unsettled: { ...unsettled, byWindow: true } })).toEqual(windows)
  })

  it('is read in windows that have these rows and few others', () => {
    // A row a second: a page is a hundred seconds.
    const rows = rowsAt([5_000.2, 4_950, 4_000, 3_900, 3_000], { between: 2_000.2 })
    expect(read(rows, {})).toEqual([
      regular,
      { since: 3_000, to: 3_001 },
      { since: 3_900, to: 4_001 },
      { since: 4_950, to: 5_001 },
    ])
    expect(read(rowsAt([4_000, 3_899], { between: 101 }), {})).toEqual([
      regular,
      { since: 3_899, to: 3_900 },
      { since: 4_000, to: 4_001 },
    ])
    expect(read(rowsAt([4_000, 3_900], { between: 100 }), {})).toEqual([regular, { since: 3_900, to: 4_001 }])
  })

  it('is read in one window where all of them are of one second', () => {
    expect(read(rowsAt([4_000, 4_000], { between: 0 }), {})).toEqual([regular, { since: 4_000, to: 4_001 }])
  })
})
