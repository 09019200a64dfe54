import { describe, expect, it } from 'vitest'
import { nextReader } from '../../src/sync/next-reader.ts'
import { openReader, type Reader } from '../../src/sync/reader.ts'
import type { Source } from '../../src/sync/source.ts'
import { slice } from './slices-setup.ts'

const listOf = (name: string) => ({ kind: 'list', name, createdFilter: { field: 'created' } }) as unknown as Source
const [a, b, c] = [listOf('a'), listOf('b'), listOf('c')]

interface Slicing {
  readonly pages?: number
  readonly inFlight?: boolean
  /** Its first request was not answered yet. */
  readonly isNew?: boolean
}

/** A slice with so many pages left, of an item a second. */
function slicing(source: Source, { pages = 0, inFlight = false, isNew = false }: Slicing = {}): Reader {
  const reader = openReader(slice({ resource: source.name, position: isNew ? null : pages * 100 }), source, 100)
  if (!isNew) reader.cursors.add('c')
  return { ...reader, density: isNew ? null : 1, inFlight }
}

interface Choosing {
  readonly delays?: Readonly<Record<string, number>>
  readonly besides?: { readonly requests: number; readonly delay?: number }
  readonly read?: number
  readonly known?: readonly number[]
}

/** What is asked for next, in short, and what the limiters are told. */
function choose(readers: readonly Reader[], { delays = {}, besides, read = 0, known }: Choosing = {}) {
  const told: Record<string, number> = {}
  const next = nextReader(readers, 0, {
    options: {
      pageSize: 100,
      limiters: ({ name }) => [{ delay: () => delays[name] ?? 0 }],
      expect: ({ name }, left) => {
        told[name] = left
      },
      ...(known && { knownSplits: { a: known } }),
      ...(besides && {
        besides: () => ({
          requests: () => besides.requests,
          delay: () => besides.delay ?? 0,
          expect: (left) => {
            told.beside = left
          },
        }),
      }),
    },
    pagesOf: new Map([[a, read]]),
  })
  if ('inMs' in next) return { inMs: next.inMs, told }
  return { asks: next.reader.source.name, at: readers.indexOf(next.reader), behind: next.behind?.name, told }
}

describe('the list that is asked next', () => {
  it('is the one with the most left', () => {
    expect(choose([slicing(a, { pages: 3 }), slicing(b, { pages: 5 })])).toMatchObject({
      asks: 'b',
      told: { a: 3, b: 5 },
    })
  })

  it('is one of which nothing was asked yet, and not one whose first page is in flight', () => {
    expect(choose([slicing(b, { pages: 50 }), slicing(a, { isNew: true })])).toMatchObject({ asks: 'a' })
    const begun = [slicing(a, { isNew: true, inFlight: true }), slicing(a, { isNew: true })]
    expect(choose([...begun, slicing(b, { pages: 50 })])).toMatchObject({ asks: 'b' })
  })

  it('is not one whose line is long, unless it has no page in flight', () => {
    const readers = [slicing(a, { pages: 9 }), slicing(a, { pages: 9, inFlight: true }), slicing(b, { pages: 5 })]
    expect(choose(readers, { delays: { a: 101 } })).toMatchObject({ asks: 'b' })
    expect(choose(readers, { delays: { a: 100 } })).toMatchObject({ asks: 'a' })
    expect(choose([slicing(a, { pages: 9 }), slicing(b, { pages: 5 })], { delays: { a: 101 } })).toMatchObject({
      asks: 'a',
    })
    expect(choose(readers.slice(0, 2), { delays: { a: 130 } })).toMatchObject({ inMs: 30 })
    expect(choose(readers.slice(0, 2), { besides: { requests: 0, delay: 540 } })).toMatchObject({ inMs: 40 })
    expect(choose([])).toMatchObject({ inMs: Number.POSITIVE_INFINITY })
  })

  it('has the requests for its items to come as well, as many for each page as before', () => {
    const readers = [slicing(a, { pages: 10 })]
    expect(choose(readers, { besides: { requests: 6 }, read: 2 }).told).toEqual({ a: 10, beside: 30 })
    expect(choose(readers, { besides: { requests: 6 }, read: 0 }).told).toEqual({ a: 10, beside: 0 })
  })
})

describe('a list with more left, whose slices are all in flight,', () => {
  const asked = slicing(a, { pages: 5 })
  const behind = (...others: readonly Reader[]) => choose([asked, ...others]).behind

  it('is behind, the one with the most before others, whichever comes first', () => {
    const [nine, twelve] = [slicing(b, { pages: 9, inFlight: true }), slicing(c, { pages: 12, inFlight: true })]
    expect([behind(nine), behind(nine, twelve), behind(twelve, nine)]).toEqual(['b', 'c', 'c'])
  })

  it('is not behind by a page, nor where it has less left or a slice that can be asked', () => {
    expect(behind(slicing(b, { pages: 6, inFlight: true }))).toBeUndefined()
    expect(behind(slicing(b, { pages: 7, inFlight: true }))).toBe('b')
    expect(behind(slicing(b, { pages: 3, inFlight: true }))).toBeUndefined()
    const other = [slicing(b, { pages: 2, inFlight: true }), slicing(b, { pages: 1 })]
    expect(behind(...other)).toBeUndefined()
  })

  it('is not split where its line is long', () => {
    const nine = slicing(b, { pages: 9, inFlight: true })
    expect(choose([asked, nine], { delays: { b: 100 } }).behind).toBe('b')
    expect(choose([asked, nine], { delays: { b: 101 } }).behind).toBeUndefined()
  })
})

describe('pages that an earlier job found', () => {
  const known = [100, 200, 300]
  const left = (window: { from: number; to: number | null }, position: number | null = null) => {
    const reader = openReader(slice({ resource: 'a', window, query: window, position }), a, 100)
    reader.cursors.add('c')
    return choose([reader], { known }).told.a
  }

  it('are those between the bounds of a window', () => {
    expect(left({ from: 100, to: 300 })).toBe(2)
    expect(left({ from: 0, to: 300 })).toBe(3)
    expect(left({ from: 0, to: null })).toBe(4)
    expect(left({ from: 150, to: 250 })).toBe(1)
    expect(left({ from: 0, to: 400 }, 250)).toBe(2.5)
    expect(left({ from: 300, to: 310 })).toBe(1)
  })
})
