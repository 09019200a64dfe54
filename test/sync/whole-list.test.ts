import { describe, expect, it } from 'vitest'
import { advance, applySplit, plan } from '../../src/job/state/checkpoint.ts'
import type { Page } from '../../src/provider/contract.ts'
import { digestWhole } from '../../src/sync/page.ts'
import { halveSlice } from '../../src/sync/slices.ts'
import { checkWhole, newWholeCheck } from '../../src/sync/whole-list.ts'
import { filter, page, slice } from './whole-list-setup.ts'

describe('a list with a stated total', () => {
  const check = (...pages: readonly Page[]) => {
    const whole = newWholeCheck()
    return () => {
      for (const page of pages) checkWhole('plans', whole, page)
    }
  }
  it('is believed if its pages show as many different items', () => {
    expect(check(page(['a', 'b'], 3, '2'), page(['c'], 3))).not.toThrow()
  })
  const changed: Readonly<Record<string, readonly Page[]>> = {
    'whose total moves': [page(['a', 'b'], 3, '2'), page(['c'], 4)],
    'whose total moves to what its pages show': [page(['a', 'b'], 3, '2'), page(['c', 'd'], 4)],
    'with an item on two pages': [page(['a', 'b'], 4, '2'), page(['b', 'c'], 4)],
    'with fewer items than it states': [page(['a', 'b'], 4, '2'), page(['c'], 4)],
    'with more items than it states': [page(['a', 'b'], 2, '2'), page(['c'], 2)],
  }
  it.each(Object.entries(changed))('%s is not believed', (_, pages) => {
    expect(check(...pages)).toThrowError(expect.objectContaining({ code: 'list_changed', scope: 'page' }))
  })
  it('has a total on every page, or no page is checked', () => {
    const { total: _, ...without } = page(['a'], 9)
    expect(check(without)).not.toThrow()
  })
})

describe('the last page of a window with a total', () => {
  const source = { kind: 'list', name: 'ledger', createdFilter: filter } as const
  it('proves what the window has, with the ids of all of its pages', () => {
    const last = digestWhole(slice, source, { page: page(['c'], 3), ids: new Set(['a', 'b', 'c']) })
    expect(last.proven).toEqual({ from: 100, to: 199, ids: ['a', 'b', 'c'] })
    const first = digestWhole(slice, source, { page: page(['a'], 3, '2'), ids: new Set(['a']) })
    expect(first.proven).toBeNull()
  })
  it('proves nothing beyond the time up to which the list is complete', () => {
    const open = { ...slice, window: { from: 100, to: null }, query: { from: 100, to: null } }
    const lagging = { ...page(['a'], 1), completeTo: new Date(150_000) }
    expect(digestWhole(open, source, { page: lagging, ids: new Set(['a']) }).proven).toMatchObject({ to: 149 })
  })
  it('has the density of all that it states, if its end is known', () => {
    const digest = (to: number | null) =>
      digestWhole({ ...slice, window: { from: 100, to } }, source, { page: page(['a'], 30, '2'), ids: new Set(['a']) })
    expect([200, 101, null].map((to) => digest(to).density)).toEqual([0.3, 30, null])
  })
  it('proves nothing of a window of change', () => {
    const byChange = { ...slice, by: 'updated' } as const
    const source = { kind: 'list', name: 'ledger', updatedFilter: filter, createdFilter: filter } as const
    expect(digestWhole(byChange, source, { page: page(['a'], 1), ids: new Set(['a']) }).proven).toBeNull()
  })
})

describe('a checkpoint', () => {
  const resource = { name: 'ledger', createdFilter: { ...filter, maxDays: 1, historyDays: 2 } }
  const now = 10 * 86_400
  const planned = () => plan([{ resource, since: 0 }], { mode: 'full', note: null, now })
  const turned = (sliceId: number, listed: readonly number[], whole: { begins: boolean; ends: boolean }) => ({
    sliceId,
    listed,
    whole,
    query: { from: 0, to: null },
    next: whole.ends ? null : '2',
    oldest: null,
    boundary: [],
    observedAt: new Date(now * 1_000),
    nested: [],
    beginsList: false,
    skip: null,
  })

  it('has a window of so many days for each part of the history, which ends when the job is planned', () => {
    const { slices, until, history } = planned()
    expect(slices.map(({ window }) => window)).toEqual([
      { from: now - 86_400, to: now },
      { from: now - 2 * 86_400, to: now - 86_400 },
    ])
    expect(until).toBe(now)
    expect(history).toEqual({ ledger: now - 2 * 86_400 })
  })

  it('counts a window when it has been read whole, and what was read before it began again not at all', () => {
    const [begun, again, middle, end] = [
      { begins: true, ends: false },
      { begins: true, ends: false },
      { begins: false, ends: false },
      { begins: false, ends: true },
    ]
    const second = now - 100
    let checkpoint = advance(planned(), turned(1, [second, second], begun!))
    expect(checkpoint.tallies).toEqual({})
    expect(checkpoint.slices[0]).toMatchObject({ id: 1, cursor: null, pending: { ledger: { listed: 2 } } })
    checkpoint = advance(checkpoint, turned(1, [second], again!))
    checkpoint = advance(checkpoint, turned(1, [second, second], middle!))
    checkpoint = advance(checkpoint, turned(1, [second], end!))
    expect(checkpoint.tallies.ledger).toMatchObject({ listed: 4 })
    expect(checkpoint.slices.map(({ id }) => id)).toEqual([2])
  })

  it('adds windows to each other', () => {
    const whole = { begins: true, ends: true }
    const first = advance(planned(), turned(1, [now - 1], whole))
    expect(advance(first, turned(2, [now - 86_401], whole)).tallies.ledger).toMatchObject({ listed: 2 })
  })

  it('has the halves of a slice under ids of their own: a page of the slice moves neither', () => {
    const halved = applySplit(planned(), { id: 1, at: now - 1_000, newerId: 8, olderId: 9 })
    expect(halved.slices.map(({ id, window, query }) => [id, window, query])).toEqual([
      [8, { from: now - 1_000, to: now }, { from: now - 1_000, to: now }],
      [9, { from: now - 86_400, to: now - 1_000 }, { from: now - 86_400, to: now - 1_000 }],
      [2, expect.anything(), expect.anything()],
    ])
    expect(advance(halved, turned(1, [now - 1], { begins: false, ends: true }))).toEqual(halved)
  })

  it('goes no further than a list is complete', () => {
    const lagging = { ...turned(1, [], { begins: true, ends: true }), completeTo: new Date((now - 7_200) * 1_000) }
    expect(advance(planned(), lagging).until).toBe(now - 7_200)
  })

  it('has a sentence of a page once', () => {
    const noted = { ...turned(1, [], { begins: true, ends: true }), note: 'Only 60 days are shown.' }
    const once = advance(planned(), noted)
    expect(advance(once, { ...noted, sliceId: 2 }).note).toBe('Only 60 days are shown.')
  })
})

it('the halves of a slice forget what its pages have shown', () => {
  const pending = { ledger: { until: 5, listed: 3, months: {} } }
  for (const half of halveSlice({ ...slice, pending }, { at: 150, newerId: 2, olderId: 3 }))
    expect(half.pending).toBeUndefined()
})
