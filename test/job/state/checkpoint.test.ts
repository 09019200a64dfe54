import { describe, expect, it } from 'vitest'
import { SyncError } from '../../../src/errors.ts'
import { type Advance, advance, applySplit, type Checkpoint, plan } from '../../../src/job/state/checkpoint.ts'
import { readCheckpoint } from '../../../src/job/state/stored-checkpoint.ts'
import type { Window } from '../../../src/provider/contract.ts'
import { withoutCursor } from '../../../src/sync/slices.ts'
import { createRandom, forEachSeed } from '../../support/random.ts'

const all = { from: 0, to: null }
const at = (second: number) => new Date(second * 1_000 - 1)
const page = (over: Partial<Advance> = {}): Advance => ({
  sliceId: 1,
  query: all,
  next: 'c1',
  oldest: 900,
  boundary: [],
  observedAt: at(1_000),
  listed: [],
  nested: [],
  beginsList: false,
  skip: null,
  ...over,
})
const planned = (...names: string[]) => plan(names.map((name) => ({ resource: { name }, since: 0 })))
const checkpoint = (over: Pick<Checkpoint, 'until' | 'slices'>): Checkpoint => ({ ...planned(), ...over })
const fresh = {
  id: 1,
  resource: 'customers',
  window: all,
  query: all,
  cursor: null,
  position: null,
  part: null,
  boundary: [],
}
const read = { ...fresh, cursor: 'c1', position: 900 }

/** Frozen to its depth: a move that changed its input would throw. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}

describe('a checkpoint', () => {
  it('is planned as one slice a resource, from the beginning and with an open end', () => {
    expect(planned('customers', 'invoices')).toEqual({
      version: 1,
      history: {},
      mode: 'full',
      asked: 0,
      note: null,
      tallies: {},
      until: null,
      resources: null,
      cursors: {},
      refused: [],
      known: null,
      seen: null,
      slices: [fresh, { ...fresh, id: 2, resource: 'invoices' }],
    })
    expect(planned()).toEqual(checkpoint({ until: null, slices: [] }))
  })

  const advances: Record<string, readonly [from: Checkpoint, page: Advance, to: Checkpoint]> = {
    'moves its slice to the cursor after the page': [
      planned('customers'),
      page(),
      checkpoint({ until: 1_000, slices: [read] }),
    ],
    'leaves other slices alone': [
      planned('customers', 'invoices'),
      page({ sliceId: 2 }),
      checkpoint({ until: 1_000, slices: [fresh, { ...read, id: 2, resource: 'invoices' }] }),
    ],
    'takes a slice out with its last page': [
      planned('customers', 'invoices'),
      page({ next: null }),
      checkpoint({ until: 1_000, slices: [{ ...fresh, id: 2, resource: 'invoices' }] }),
    ],
    'takes a slice out when a page passes its lower bound': [
      checkpoint({ until: 1_000, slices: [{ ...read, window: { from: 500, to: null } }] }),
      page({ oldest: 499, next: 'c2' }),
      checkpoint({ until: 1_000, slices: [] }),
    ],
    'keeps a slice whose page ends on its lower bound: more of that second may follow': [
      checkpoint({ until: 1_000, slices: [{ ...read, window: { from: 500, to: null } }] }),
      page({ oldest: 500, next: 'c2' }),
      checkpoint({ until: 1_000, slices: [{ ...read, window: { from: 500, to: null }, cursor: 'c2', position: 500 }] }),
    ],
    'keeps the position where items have no time': [
      checkpoint({ until: 1_000, slices: [read] }),
      page({ oldest: null, next: 'c2' }),
      checkpoint({ until: 1_000, slices: [{ ...read, cursor: 'c2' }] }),
    ],
    'takes over the query that the cursor belongs to': [
      checkpoint({ until: 1_000, slices: [read] }),
      page({ query: { from: 0, to: 901 }, next: 'c2', oldest: 850 }),
      checkpoint({ until: 1_000, slices: [{ ...read, query: { from: 0, to: 901 }, cursor: 'c2', position: 850 }] }),
    ],
    'is not changed by a page of a slice it no longer has': [
      checkpoint({ until: 1_000, slices: [read] }),
      page({ sliceId: 9, observedAt: at(950) }),
      checkpoint({ until: 1_000, slices: [read] }),
    ],
  }
  it.each(Object.entries(advances))('advances: %s', (_, [from, page, to]) => {
    expect({ ...advance(frozen(from), frozen(page)), tallies: {} }).toEqual(to)
  })

  it('covers what was created until the earliest page, whatever the order of commits', () => {
    const seconds = [1_005, 1_001, 1_003]
    const untils = seconds.map((_, upTo) =>
      seconds
        .slice(0, upTo + 1)
        .reduce((so, second) => advance(so, page({ observedAt: at(second) })), planned('customers')),
    )
    expect(untils.map(({ until }) => until)).toEqual([1_005, 1_001, 1_001])
  })

  it('is split without a change to what is still to be read', () => {
    const from = frozen(checkpoint({ until: 1_000, slices: [read, { ...fresh, id: 2, resource: 'invoices' }] }))
    const older = { from: 0, to: 400 }
    expect(applySplit(from, { id: 1, at: 400, olderId: 3 })).toEqual({
      ...from,
      slices: [
        { ...read, window: { from: 400, to: null } },
        { ...fresh, id: 3, window: older, query: older },
        { ...fresh, id: 2, resource: 'invoices' },
      ],
    })
    expect(applySplit(from, { id: 9, at: 400, olderId: 3 })).toEqual(from)
  })

  it('is read as it was stored, through JSON', () => {
    const stored = applySplit(advance(planned('customers'), page()), { id: 1, at: 400, olderId: 2 })
    expect(readCheckpoint(JSON.parse(JSON.stringify(stored)))).toEqual(stored)
  })

  const [slice] = planned('customers').slices
  const unreadable: Record<string, unknown> = {
    null: null,
    text: 'version 1',
    'no version': { until: null, slices: [] },
    'a version that never was': { version: 0, until: null, slices: [] },
    'no slices': { version: 1, until: null },
    'a slice without a query': { version: 1, until: null, slices: [{ ...slice, query: undefined }] },
    'a cursor of another type': { version: 1, until: null, slices: [{ ...slice, cursor: 5 }] },
    'half a second': { version: 1, until: 0.5, slices: [] },
  }
  it.each(Object.entries(unreadable))('that is none fails the job and says how to go on: %s', (_, stored) => {
    const failed = expect.objectContaining({
      name: 'SyncError',
      verdict: 'reject',
      code: 'checkpoint_unreadable',
      message:
        'checkpoint: another version of the worker wrote it, and this one cannot read it. Send the job with a new jobId, or the same jobId with "force_refresh": true.',
    })
    let thrown: unknown
    try {
      readCheckpoint(stored)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(SyncError)
    expect(thrown).toEqual(failed)
  })
})

/** A provider's list, newest first; an id is the item's place. A cursor is only good with the query that made it. */
function createList(seconds: readonly number[]) {
  return (query: Window, cursor: string | null, limit: number) => {
    const [madeBy, after] = cursor === null ? [JSON.stringify(query), -1] : (JSON.parse(cursor) as [string, number])
    if (madeBy !== JSON.stringify(query)) throw new Error('a cursor was used with another query than its own')
    const matching = seconds.flatMap((created, id) =>
      id > after && created >= query.from && created < (query.to ?? Number.POSITIVE_INFINITY) ? [{ id, created }] : [],
    )
    const items = matching.slice(0, limit)
    const last = items.at(-1)
    const next = last && matching.length > limit ? JSON.stringify([madeBy, last.id]) : null
    return { items, next, oldest: last?.created ?? null }
  }
}

describe('any order of splits, pages and crashes', () => {
  it('reads every item, and exactly once if no cursor is lost (200 seeds)', () => {
    forEachSeed(200, (seed) => {
      const { below, pick, chance } = createRandom(seed)
      const span = pick([1, 3, 40, 5_000])
      const seconds = Array.from({ length: below(400) }, () => 100 + below(span)).sort((left, right) => right - left)
      const list = createList(seconds)
      const limit = 1 + below(12)
      const seen: number[] = []
      let now = planned('customers')
      let nextId = 2
      let cursorsToLose = seed % 2 === 0 ? 0 : 3
      // Pages are fetched from a slice as it is, and committed later: cuts may come between.
      const inFlight = new Map<number, Advance & { readonly items: readonly { id: number; created: number }[] }>()

      for (let step = 0; now.slices.length > 0; step++) {
        if (step > 20_000) throw new Error('never ends')
        const slice = pick(now.slices)
        const move = below(10)
        const flying = inFlight.get(slice.id)
        if (move < 2) {
          const to = Math.min(slice.window.to ?? 100 + span, slice.position ?? 100 + span)
          const cut = slice.window.from + 1 + below(Math.max(1, to - slice.window.from))
          if (cut > slice.window.from && cut < to)
            now = applySplit(frozen(now), { id: slice.id, at: cut, olderId: nextId++ })
        } else if (move < 6 && !flying) {
          // Now and then the object behind the cursor is gone: the slice is read again from its last second.
          const lost = slice.cursor !== null && cursorsToLose > 0 && chance(0.1)
          if (lost) cursorsToLose--
          const { query, cursor } = lost ? withoutCursor(slice) : slice
          inFlight.set(slice.id, {
            sliceId: slice.id,
            query,
            boundary: [],
            listed: [],
            nested: [],
            beginsList: false,
            skip: null,
            observedAt: at(9_000),
            ...list(query, cursor, limit),
          })
        } else if (flying) {
          // After a cut, what lies below the slice belongs to the one that was split off.
          seen.push(...flying.items.filter(({ created }) => created >= slice.window.from).map(({ id }) => id))
          now = advance(frozen(now), flying)
          inFlight.delete(slice.id)
        }
        // A worker that dies loses what was in flight, and goes on from the now as it was stored.
        if (chance(0.01)) {
          inFlight.clear()
          now = readCheckpoint(JSON.parse(JSON.stringify(now)))
        }
      }
      const everything = seconds.map((_, id) => id)
      const sorted = seen.sort((left, right) => left - right)
      if (seed % 2 === 0) expect(sorted).toEqual(everything)
      // Only what shares its second with a lost cursor is read twice.
      else expect([...new Set(sorted)]).toEqual(everything)
    })
  })
})
