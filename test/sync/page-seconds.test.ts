import { describe, expect, it } from 'vitest'
import type { Page, Window } from '../../src/provider/contract.ts'
import { type Digest, digestPage, type Proven } from '../../src/sync/page.ts'
import { afterPage, type Slice, splitSlice, withoutCursor } from '../../src/sync/slices.ts'
import { itemsOf } from '../support/items.ts'
import { createRandom, forEachSeed } from '../support/random.ts'
import { items, observedAt, page, plain, slice, source } from './page-setup.ts'

describe('the seconds a page proves', () => {
  const read = { position: 9, boundary: ['z9'], cursor: 'z9' }
  const cases: Readonly<Record<string, readonly [Partial<Slice>, Page, Proven | null]>> = {
    'of the first page: from now down to what its last second may share with the next': [
      {},
      page('a9 b7'),
      { from: 8, to: null, ids: ['a9', 'b7'] },
    ],
    'of the first page of a slice with an upper end: up to there': [
      { window: { from: 3, to: 20 }, query: { from: 3, to: 20 } },
      page('a9 b7'),
      { from: 8, to: 19, ids: ['a9', 'b7'] },
    ],
    'of a page in the middle: with the second it shares with the page before, of which the slice knows the ids': [
      read,
      page('a9 b8 c5'),
      { from: 6, to: 9, ids: ['z9', 'a9', 'b8', 'c5'] },
    ],
    'of the last page: down to the lower bound': [
      { ...read, window: { from: 3, to: null } },
      page('a8 b5', null),
      { from: 3, to: 9, ids: ['z9', 'a8', 'b5'] },
    ],
    'of the last page, where it has nothing any more': [
      { ...read, window: { from: 3, to: null } },
      page('', null),
      { from: 3, to: 9, ids: ['z9'] },
    ],
    'of the only page: everything': [{}, page('a9', null), { from: 0, to: null, ids: ['a9'] }],
    'of a page within the very second that was being read: none yet': [read, page('a9 b9'), null],
    'of a first page within one second: what is newer': [{}, page('a9 b9'), { from: 10, to: null, ids: ['a9', 'b9'] }],
    'of items without time: none': [read, page('a b'), null],
    'of items some of which have no time: none': [read, page('a8 b c5'), null],
    'of the last page with such an item: none': [read, page('a8 b', null), null],
    'of an item that says it is newer than what was read before: none': [read, page('a10 b8'), null],
    'of an item outside the window that was asked for: none': [
      { query: { from: 3, to: 9 }, window: { from: 3, to: 9 } },
      page('a9 b8'),
      null,
    ],
    'of a part of a resource: what this part shows, as another part may have the rest': [
      { part: 'active' },
      page('a9 b7'),
      { from: 8, to: null, ids: ['a9', 'b7'] },
    ],
  }
  it.each(Object.entries(cases))('%s', (_, [over, page, proven]) => {
    expect(digestPage(slice(over), source, page).proven).toEqual(proven)
  })

  it('are none where items become other rows, as events do', () => {
    const events = { kind: 'feed', name: 'events', createdFilter: { field: 'created' } } as const
    expect(digestPage(slice(), events, page('a9 b7')).proven).toBeNull()
  })

  it('are none where the provider does not filter by creation time, nor are items counted', () => {
    const { createdFilter: _, ...unfiltered } = source
    expect(plain(digestPage(slice(), unfiltered, page('a9 b7')))).toMatchObject({
      items: items('a9', 'b7'),
      reached: { oldest: null, boundary: ['a9', 'b7'] },
      proven: null,
      listed: [],
      density: null,
    })
  })

  it('tell nothing of a list without a time: the ids of its last page do, also past an empty one', () => {
    const { createdFilter: _, ...unfiltered } = source
    const boundaryAfter = (text: string, boundary: readonly string[]) =>
      digestPage({ ...slice(), boundary }, unfiltered, page(text)).reached.boundary
    expect(boundaryAfter('a9 b7', ['x'])).toEqual(['a9', 'b7'])
    expect(boundaryAfter('', ['x'])).toEqual(['x'])
    const many = Array.from({ length: 300 }, (_, n) => ({ id: `i${n}`, created: 9 }))
    const long = digestPage(slice(), unfiltered, { items: itemsOf(many), next: null, observedAt })
    expect(long.reached.boundary).toEqual(many.slice(-100).map(({ id }) => id))
  })

  it('have only ids that a row can be kept under', () => {
    const odd = [{ id: 'a', created: 9 }, { id: 7, created: 9 }, { id: 'b\u0000', created: 8 }, { created: 7 }, null]
    const digest = digestPage(slice(), source, { items: itemsOf(odd.slice(0, 4)), next: null, observedAt })
    expect(digest.proven).toEqual({ from: 0, to: null, ids: ['a'] })
    expect(digest.listed).toEqual([9, 9, 8, 7])
    expect(digestPage(slice(), source, { items: itemsOf(odd), next: null, observedAt }).proven).toBeNull()
  })
})

describe('a second that several pages share', () => {
  it('is proven by the page that ends it, with the ids of all of them', () => {
    const first = digestPage(slice(), source, page('a9 b7 c7'))
    expect(first.proven).toEqual({ from: 8, to: null, ids: ['a9', 'b7', 'c7'] })
    const second = afterPage(slice(), first.reached)!
    expect(second).toMatchObject({ position: 7, boundary: ['b7', 'c7'] })
    const chain = digestPage(second, source, page('d7 e7 f7'))
    expect(chain.proven).toBeNull()
    const third = afterPage(second, chain.reached)!
    expect(third).toMatchObject({ position: 7, boundary: ['b7', 'c7', 'd7', 'e7', 'f7'] })
    expect(digestPage(third, source, page('g7 h3')).proven).toEqual({
      from: 4,
      to: 7,
      ids: ['b7', 'c7', 'd7', 'e7', 'f7', 'g7', 'h3'],
    })
  })

  it('is counted once when it is read again after its cursor was gone', () => {
    const before = slice({ cursor: 'c7', position: 7, boundary: ['b7', 'c7'] })
    const again = withoutCursor(before)
    expect(again.query).toEqual({ from: 0, to: 8 })
    // c7 is what is gone, d7 was not read yet.
    const digest = digestPage(again, source, page('b7 d7 e5'))
    expect(digest.listed).toEqual([7, 5])
    expect(digest.proven).toEqual({ from: 6, to: 7, ids: ['b7', 'c7', 'b7', 'd7', 'e5'] })
    const chain = digestPage(again, source, page('b7 d7'))
    expect([chain.listed, chain.reached.boundary]).toEqual([[7], ['b7', 'c7', 'd7']])
  })

  it('is not forgotten over a page that tells no time', () => {
    const before = slice({ cursor: 'b7', position: 7, boundary: ['b7'] })
    const after = afterPage(before, digestPage(before, source, page('x y')).reached)!
    expect(after).toMatchObject({ position: 7, boundary: ['b7'] })
    expect(digestPage(after, source, page('c7 d3')).proven).toEqual({ from: 4, to: 7, ids: ['b7', 'c7', 'd3'] })
  })
})

interface Listed {
  readonly id: string
  readonly created: number | null
  /** What the list is ordered and filtered by. */
  readonly second: number
}

/** A newest-first list; a cursor is a place in it. */
function ask(list: readonly Listed[], { from, to }: Window, cursor: string | null, limit: number): Page {
  const start = cursor === null ? 0 : Number(cursor) + 1
  const matching = list
    .map((item, at) => ({ item, at }))
    .filter(({ item, at }) => at >= start && item.second >= from && item.second < (to ?? Number.POSITIVE_INFINITY))
  const shown = matching.slice(0, limit)
  return {
    items: itemsOf(shown.map(({ item: { id, created } }) => ({ id, created }))),
    next: matching.length > limit ? String(shown.at(-1)!.at) : null,
    observedAt,
  }
}

/** Reads a list to its end in any order of pages, cuts and cursors that are gone. */
function readAll(list: readonly Listed[], { below, pick, chance }: ReturnType<typeof createRandom>, span: number) {
  const limit = 1 + below(9)
  let restarts = pick([0, 5])
  const digests: Digest[] = []
  const inFlight = new Map<number, Page>()
  let slices = [slice()]
  for (let step = 0, nextId = 2; slices.length > 0; step++) {
    if (step > 30_000) throw new Error('never ends')
    const current = pick(slices)
    const flying = inFlight.get(current.id)
    const move = below(10)
    if (move < 2) {
      const to = Math.min(current.window.to ?? span, current.position ?? span)
      const at = current.window.from + 1 + below(Math.max(1, to - current.window.from))
      // A page in flight brings the slice at least one item down; what it then passes is clipped.
      if (at < to) slices = slices.flatMap((slice) => (slice === current ? splitSlice(current, at, nextId++) : [slice]))
    } else if (flying) {
      inFlight.delete(current.id)
      const digest = digestPage(current, source, flying)
      digests.push(digest)
      const after = afterPage(current, digest.reached)
      slices = slices.flatMap((slice) => (slice !== current ? [slice] : after ? [after] : []))
    } else if (restarts > 0 && current.cursor !== null && chance(0.1)) {
      restarts--
      slices = slices.map((slice) => (slice === current ? withoutCursor(current) : slice))
    } else inFlight.set(current.id, ask(list, current.query, current.cursor, limit))
  }
  return digests
}

function someList({ below, pick, chance }: ReturnType<typeof createRandom>, dated: boolean) {
  const span = pick([1, 2, 30, 4_000])
  const seconds = Array.from({ length: below(300) }, () => 100 + below(span)).sort((left, right) => right - left)
  const list: Listed[] = seconds.map((second, at) => ({
    id: `i${at}`,
    second,
    created: dated || chance(0.9) ? second : null,
  }))
  return { list, span: 100 + span }
}

const end = (to: number | null) => to ?? Number.POSITIVE_INFINITY

describe('whatever the list, the size of a page, the cuts and the cursors that are gone', () => {
  it('every second is proven exactly once, with all that the list has of it (300 seeds)', () => {
    forEachSeed(300, (seed) => {
      const random = createRandom(seed)
      const { list, span } = someList(random, true)
      const digests = readAll(list, random, span)
      const proven = digests.flatMap((digest) => digest.proven ?? []).sort((left, right) => left.from - right.from)
      expect(proven[0]!.from).toBe(0)
      expect(proven.at(-1)!.to).toBeNull()
      for (const [at, { from }] of proven.entries()) if (at > 0) expect(from).toBe(end(proven[at - 1]!.to) + 1)
      for (const { from, to, ids } of proven) {
        const existing = list.filter(({ second }) => second >= from && second <= end(to))
        // The page's last second may have begun: those ids are known, but nothing is said about them.
        const inside = ids.filter((id) => existing.some((item) => item.id === id))
        expect(new Set(inside)).toEqual(new Set(existing.map(({ id }) => id)))
      }
      const listed = digests.flatMap((digest) => digest.listed).sort((left, right) => right - left)
      expect(listed).toEqual(list.map(({ second }) => second))
    })
  })

  it('nothing is proven that was not listed, where some items tell no time (300 seeds)', () => {
    forEachSeed(300, (seed) => {
      const random = createRandom(seed + 1_000)
      const { list, span } = someList(random, false)
      for (const { proven } of readAll(list, random, span)) {
        if (!proven) continue
        const existing = list.filter(
          ({ created }) => created !== null && created >= proven.from && created <= end(proven.to),
        )
        expect(existing.filter(({ id }) => !proven.ids.includes(id))).toEqual([])
      }
    })
  })
})
