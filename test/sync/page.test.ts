import { describe, expect, it } from 'vitest'
import type { ListSource, Page } from '../../src/provider/contract.ts'
import { dateTime } from '../../src/provider/fields.ts'
import { type Digest, digestPage, isOfBefore } from '../../src/sync/page.ts'
import { afterPage } from '../../src/sync/slices.ts'
import { itemsOf } from '../support/items.ts'
import { all, items, observedAt, page, plain, slice, source } from './page-setup.ts'

const idsOf = (digest: Digest) => digest.items.map((item) => item.id)

describe('a page', () => {
  it('is read as it came: its items, where it ended, and when they were created', () => {
    expect(plain(digestPage(slice(), source, page('a9 b7 c7 d5')))).toEqual({
      items: items('a9', 'b7', 'c7', 'd5'),
      reached: { query: all, next: 'more', oldest: 5, boundary: ['d5'] },
      proven: { from: 6, to: null, ids: ['a9', 'b7', 'c7', 'd5'] },
      listed: [9, 7, 7, 5],
      density: 4 / 5,
    })
  })

  it('counts no object that it shows as deleted, which is proven to be listed all the same', () => {
    const marked: ListSource = { ...source, gone: ({ id }) => id === 'b7' }
    for (const order of ['newest first', 'none'] as const) {
      const of = { ...marked, createdFilter: { ...source.createdFilter, order } } as ListSource
      expect(digestPage(slice(), of, page('a9 b7 c7', null)).listed).toEqual([9, 7])
    }
    expect(digestPage(slice(), marked, page('a9 b7 c7')).proven?.ids).toEqual(['a9', 'b7', 'c7'])
  })

  it('with nothing on it ends an empty list', () => {
    expect(plain(digestPage(slice(), source, page('', null)))).toEqual({
      items: [],
      reached: { query: all, next: null, oldest: null, boundary: [] },
      proven: { from: 0, to: null, ids: [] },
      listed: [],
      density: null,
    })
  })

  it('that passes the lower bound is clipped there: the rest belongs to the slice that was split off', () => {
    const split = slice({ window: { from: 6, to: null } })
    const digest = digestPage(split, source, page('a9 b6 c5 d4'))
    expect(idsOf(digest)).toEqual(['a9', 'b6'])
    expect(digest.listed).toEqual([9, 6])
    expect(digest.proven).toEqual({ from: 6, to: null, ids: ['a9', 'b6'] })
    expect(afterPage(split, digest.reached)).toBeNull()
  })

  it('that ends on the lower bound is not clipped, and more of that second may follow', () => {
    const split = slice({ window: { from: 6, to: null } })
    const digest = digestPage(split, source, page('a9 b6'))
    expect(digest.proven).toEqual({ from: 7, to: null, ids: ['a9', 'b6'] })
    expect(afterPage(split, digest.reached)).toMatchObject({ position: 6, boundary: ['b6'] })
  })

  it('is clipped after items that tell no time: they belong with those before them', () => {
    const digest = digestPage(slice({ window: { from: 6, to: null } }), source, page('a9 b c5 d e4'))
    expect(idsOf(digest)).toEqual(['a9', 'b'])
    expect(idsOf(digestPage(slice({ window: { from: 6, to: null } }), source, page('a5 b4')))).toEqual([])
  })
})

describe('a time that cannot be right', () => {
  const within = slice({ window: { from: 5, to: 9 }, query: { from: 5, to: 9 } })

  it('is one outside the query: the item is kept, and counts as without a time', () => {
    expect(digestPage(within, source, page('a9 b6 c4')).listed).toEqual([6])
    expect(idsOf(digestPage(within, source, page('a9 b6 c4')))).toEqual(['a9', 'b6', 'c4'])
    expect(digestPage(within, source, page('a8 b5')).listed).toEqual([8, 5])
  })

  it('is one newer than what was read before', () => {
    expect(digestPage({ ...within, position: 6 }, source, page('a7 b6 c5')).listed).toEqual([6, 5])
  })
})

describe('a page of a list in time of change', () => {
  const dated: ListSource = {
    ...source,
    createdFilter: { field: 'created_at', read: dateTime },
    updatedFilter: { field: 'meta.updated_at', read: dateTime },
  }
  const item = (id: string, created: string, updated: string) => ({
    id,
    created_at: created,
    meta: { updated_at: updated },
  })
  const answer: Page = {
    items: itemsOf([
      item('a', '2026-01-01T00:00:05Z', '2026-01-01T00:00:09.900Z'),
      item('b', '2026-01-01T00:00:01Z', '2026-01-01T00:00:07Z'),
    ]),
    next: 'more',
    observedAt,
  }
  const at = (seconds: number) => Date.UTC(2026, 0, 1) / 1_000 + seconds

  it('has the seconds of the change, fractions cut, and proves and counts nothing', () => {
    const digest = digestPage(slice({ by: 'updated' }), dated, answer)
    expect(digest).toMatchObject({ proven: null, listed: [], reached: { oldest: at(7), boundary: ['b'] } })
    expect(idsOf(digest)).toEqual(['a', 'b'])
  })

  it('is left at the lower bound by its changes, not by its creation', () => {
    const window = { from: at(8), to: null }
    const digest = digestPage(slice({ by: 'updated', window, query: all }), dated, answer)
    expect(idsOf(digest)).toEqual(['a'])
  })

  it('leaves an item of the window’s end to the window that begins there', () => {
    const query = { from: 0, to: at(9) }
    const digest = digestPage(slice({ by: 'updated', window: query, query }), dated, answer)
    expect(idsOf(digest)).toEqual(['b'])
  })

  it('is read by creation if its window is of creation', () => {
    const digest = digestPage(slice(), dated, answer)
    expect(digest).toMatchObject({ listed: [at(5), at(1)], proven: { from: at(1) + 1, ids: ['a', 'b'] } })
  })
})

describe('a page of a list in no order', () => {
  const unordered: ListSource = { ...source, createdFilter: { field: 'created', order: 'none' } }

  it('is taken whole, and proves nothing to be missing', () => {
    const digest = digestPage(slice(), unordered, page('a5 b9 c7'))
    expect(digest).toMatchObject({
      proven: null,
      density: null,
      listed: [5, 9, 7],
      reached: { oldest: null, boundary: [] },
    })
    expect(afterPage(slice(), digest.reached)).toMatchObject({ cursor: 'more', position: null })
  })

  it('lists an id once, however often the page shows it', () => {
    expect(digestPage(slice(), unordered, page('a5 b9 a5')).listed).toEqual([5, 9])
  })

  it('ends the slice with the last page only', () => {
    const { reached } = digestPage(slice({ cursor: 'more' }), unordered, page('d1', null))
    expect(afterPage(slice({ cursor: 'more' }), reached)).toBeNull()
  })
})

describe('a page that shows only what came before its position', () => {
  const at7 = slice({ position: 7, boundary: ['b7'] })
  const isBefore = (names: string, { of = at7, list = source, isAgain = false } = {}) =>
    isOfBefore(of, list, { items: page(names).items, isAgain })

  it('has newer items, and those of its second that earlier pages had', () => {
    expect(isBefore('a9 b7')).toBe(true)
    expect(isBefore('a9 c7')).toBe(false)
    expect(isBefore('b7 c6')).toBe(false)
    // Its name is that of a boundary item, and its second is not.
    expect(isBefore('b6', { of: slice({ position: 7, boundary: ['b6'] }) })).toBe(false)
  })

  it('is none while the second is read again, nor with an item without a time or an id', () => {
    expect(isBefore('b7', { isAgain: true })).toBe(false)
    expect(isBefore('a9', { isAgain: true })).toBe(true)
    expect(isBefore('a')).toBe(false)
    const nameless = itemsOf([{ created: 7 }])
    expect(isOfBefore(at7, source, { items: nameless, isAgain: false })).toBe(false)
  })

  it('cannot be told before the first page, without a time, or in no order', () => {
    expect(isBefore('a9', { of: slice() })).toBe(false)
    const { createdFilter: _, ...untimed } = source
    expect(isBefore('a9', { list: untimed })).toBe(false)
    expect(isBefore('a9', { list: { ...source, createdFilter: { field: 'created', order: 'none' } } })).toBe(false)
  })
})
