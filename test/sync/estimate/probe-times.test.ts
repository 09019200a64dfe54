import { expect, it } from 'vitest'
import type { ListSource } from '../../../src/provider/contract.ts'
import { evenly } from '../../../src/sync/estimate/history.ts'
import { probeTimes } from '../../../src/sync/estimate/probe-times.ts'
import { exactly } from '../../../src/sync/estimate/range.ts'
import { day, listOf, now, signal } from './list-of.ts'

const every = (apart: number, count: number) => Array.from({ length: count }, (_, at) => now - apart * (at + 1))

interface Given {
  readonly since?: number
  /** The requests that are left at each request. */
  readonly asked?: readonly number[]
  readonly more?: object
  readonly filter?: object
}

/** A list with pages of ten items. */
async function probed(seconds: readonly number[], { since = now - 1_100, asked = [5], more = {}, filter }: Given = {}) {
  const list = listOf(seconds, more as Partial<ListSource>, 10)
  const given = { source: list.source, part: null, since, now, filter: { field: 'created', ...filter } }
  const probe = probeTimes(given, signal)
  for (const left of asked) await probe.ask(left)
  const ends = list.queries.map(({ window }) => window?.to)
  return { ...list, probe, doubt: probe.doubt(), goesOn: probe.goesOn(), seen: probe.seen(), ends }
}

it('a list that was not asked is in doubt, and one page of a long one leaves as much as differs from its beginning', async () => {
  expect(await probed(every(10, 30), { asked: [] })).toMatchObject({
    doubt: Number.POSITIVE_INFINITY,
    goesOn: true,
    seen: 0,
  })
  // A tenth of an item a second, and an eighth of it at the beginning: 0.0875 × 1,000
  const { probe, doubt, goesOn, seen } = await probed(every(10, 30))
  expect([doubt, goesOn, seen]).toEqual([expect.closeTo(87.5), true, 10])
  // See probe-pages.test.ts: 16.8 and 16.9 items are taken to be before.
  expect(probe.conclude(null)).toMatchObject({
    items: { least: 10, likely: 44, most: null },
    basis: 'sampled times',
    isChain: false,
    history: { doubt: expect.closeTo(8.75) },
  })
})

it('a list is read on if the requests that are left take what is unknown, in pages that are 80 % full, and else where most is in doubt', async () => {
  // 33.8 items are unknown, and five requests take 40, four 32. The next page begins with the rest of the last second.
  expect((await probed(every(10, 30), { asked: [5, 5] })).ends).toEqual([null, now - 100 + 1])
  // 0.277 of the 1,000 seconds before the page, see gaps.test.ts
  expect((await probed(every(10, 30), { asked: [5, 4] })).ends).toEqual([null, now - 100 - 277])
})

it('a list that was read to its end is known', async () => {
  const { probe, doubt, goesOn } = await probed(every(10, 15), { since: now - 150, asked: [5, 5] })
  expect([doubt, goesOn]).toEqual([0, false])
  expect(probe.conclude(null)).toMatchObject({ items: exactly(15), basis: 'whole list', history: { doubt: 0 } })
})

it('a list that is older than its account says is taken for twice as old, and read on', async () => {
  // 3.9 items are taken to be in the hundred seconds before: 0.4 × 100 × 0.0875 / ln 8 + 0.6 × 0.1 × 100 × (1 - 1 / 4) / 2
  const { probe, goesOn } = await probed(every(10, 15), { since: now - 100 })
  expect(probe.conclude(null)).toMatchObject({ items: { least: 10, likely: 14, most: null }, basis: 'sampled times' })
  expect(goesOn).toBe(true)
  const read = await probed(every(10, 15), { since: now - 50, asked: [5, 5] })
  expect(read.probe.conclude(null)).toMatchObject({ items: exactly(15), basis: 'whole list' })
})

it('a total is known from the first page', async () => {
  const stating = { createdFilter: { field: 'created', maxDays: 31 } }
  const { probe, doubt, goesOn } = await probed(every(10, 30), { more: stating })
  expect([doubt, goesOn]).toEqual([0, true])
  expect(probe.conclude(null)).toMatchObject({ items: exactly(30), basis: 'stated total', isChain: false })
  // That of a page before a second counts fewer.
  expect((await probed(every(10, 30), { more: stating, asked: [5, 5] })).probe.conclude(null).items).toEqual(
    exactly(30),
  )
})

it('a share of 2 % is not worth a request', async () => {
  // Of ten items in 100 seconds, 0.0875 a second are in doubt for two and for three seconds: 0.175 and 0.2625.
  expect((await probed(every(10, 30), { since: now - 102 })).doubt).toBe(0)
  expect((await probed(every(10, 30), { since: now - 103 })).doubt).toBeCloseTo(0.2625)
})

it('a list with one page counts as another list is spread, and one with two as it is by itself', async () => {
  const like = { curve: { stretches: [evenly(now - 1_100, now, 110)], gaps: [] }, doubt: 0 }
  // Of the other list ten items lie in the time of the page, and ten times as many before: √(10 × 11 × 43.8)
  expect((await probed(every(10, 30))).probe.conclude(like).items.likely).toBe(69)
  const two = (await probed(every(10, 30), { asked: [5, 4] })).probe
  expect(two.conclude(like).items).toEqual(two.conclude(null).items)
})

it('a list is asked for within the history of its provider, by the time that it has', async () => {
  const created = await probed(every(10, 30), { since: now - 30 * day, filter: { historyDays: 7 } })
  const young = await probed(every(10, 30), { filter: { historyDays: 7 } })
  const updated = await probed([], { more: { createdFilter: undefined, updatedFilter: { field: 'created' } } })
  expect([created, young, updated].map(({ queries }) => queries[0])).toEqual([
    { cursor: null, limit: 100, window: { from: now - 7 * day, to: null } },
    { cursor: null, limit: 100, window: { from: now - 1_100, to: null } },
    { cursor: null, limit: 100, window: { from: 0, to: null }, by: 'updated' },
  ])
  // Nothing is before it.
  expect(created.probe.conclude(null).history?.curve.gaps).toMatchObject([{ from: now - 7 * day }])
})

it('an item of the next seconds belongs to the first page', async () => {
  const { probe } = await probed([now + 5, ...every(10, 30)])
  expect(probe.conclude(null).history?.curve.stretches).toMatchObject([{ to: now + 6, items: 10 }])
})

it('a second with more than a page is asked for once, and then the time before it', async () => {
  const second = Array<number>(30).fill(now - 50)
  // The page before the second after shows the same ten. Then four seconds of ten items are unknown.
  const { ends } = await probed(second, { since: now - 54, asked: [5, 5, 5] })
  expect(ends).toEqual([null, now - 49, now - 52])
  // In the last second nothing more can be asked for.
  const last = await probed(second, { since: now - 51, asked: [5, 5, 5] })
  expect(last).toMatchObject({ ends: [null, now - 49, now - 51], doubt: 0, goesOn: false })
  expect(last.probe.conclude(null).items.most).toBe(null)
})
