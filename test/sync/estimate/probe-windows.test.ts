import { expect, it } from 'vitest'
import { SyncError, windowTooLarge } from '../../../src/errors.ts'
import type { ListSource, Query } from '../../../src/provider/contract.ts'
import { probeWindows } from '../../../src/sync/estimate/probe-windows.ts'
import { exactly } from '../../../src/sync/estimate/range.ts'
import { day, listOf, now, signal } from './list-of.ts'

interface Given {
  readonly days?: number
  readonly asked?: number
  readonly more?: object
  readonly filter?: object
  readonly size?: number
}

/** A list that is read in windows of ten days, of an account that is as old as its provider's history. */
async function probed(seconds: readonly number[], { days = 100, asked = 1, more, filter, size = 1_000 }: Given = {}) {
  const createdFilter = { field: 'created', order: 'none', maxDays: 10, historyDays: days, ...filter } as const
  const list = listOf(seconds, { createdFilter, ...more } as Partial<ListSource>, size)
  const { source } = list
  const given = { source, part: null, since: now - days * day, now, filter: createdFilter }
  const probe = probeWindows(given, signal)
  for (let n = 0; n < asked; n++) await probe.ask(5)
  const { queries } = list
  return { ...list, probe, doubt: probe.doubt(), goesOn: probe.goesOn(), windows: queries.map(inDays) }
}
const inDays = ({ window }: Query) => [window?.from, window?.to].map((second) => ((second ?? 0) - now) / day)
/** So many items a day in this time before now. */
const daily = (perDay: number, from: number, to: number) =>
  Array.from({ length: perDay * (from - to) }, (_, at) => now - to * day - Math.floor(((at + 1) * day) / perDay))

it('a list that was not asked is in doubt, and the newest window comes first', async () => {
  const { probe, doubt, goesOn } = await probed([], { asked: 0 })
  expect([doubt, goesOn]).toEqual([Number.POSITIVE_INFINITY, true])
  expect(probe.conclude(null)).toMatchObject({ items: { least: 0, likely: 0, most: null }, basis: 'sampled times' })
  expect((await probed([])).windows).toEqual([[-10, 0]])
})

it('of empty windows the longest time between them is looked at, in windows as a job reads them', async () => {
  const { windows, doubt, goesOn } = await probed([], { asked: 5 })
  expect(windows).toEqual([
    [-10, 0],
    // The middle of 90 days, and of the newer 40.
    [-60, -50],
    [-30, -20],
    // 40 days are longer than 10 and 20.
    [-80, -70],
    [-40, -30],
  ])
  expect([doubt, goesOn]).toEqual([1, true])
})

it('else the time in which most is in doubt, which is that between a full window and an empty one', async () => {
  // At the beginning are an eighth as many: the next window is 0.277 of 90 days before, see gaps.test.ts.
  const { windows, doubt } = await probed(daily(8, 10, 0), { asked: 3 })
  expect(windows).toEqual([
    [-10, 0],
    [-40, -30],
    // A list that becomes denser at once: √(10 × 30) - 10 = 7.3 days before the full window.
    [-20, -10],
  ])
  // All other windows beside a time that was not counted are empty.
  expect(doubt).toBe(1)
  expect((await probed(daily(8, 10, 0), { asked: 2 })).doubt).toBeCloseTo(8 * 20)
})

it('of two times in doubt that with more comes first', async () => {
  // 20 days between 8 and 4 a day, and 60 days before, of which 60 % of 4 a day are in doubt.
  const { windows } = await probed([...daily(8, 10, 0), ...daily(4, 100, 10)], { asked: 3 })
  // From 4 to 2 at the beginning: ln(3 / 4) / ln(1 / 2) = 0.415 of 60 days before the 40.
  expect(windows.slice(1)).toEqual([
    [-40, -30],
    [-70, -60],
  ])
})

it('the beginning of a list whose windows are alike is in doubt by 60 % of them', async () => {
  const { windows, doubt } = await probed(daily(8, 100, 0), { asked: 2 })
  expect(windows.at(-1)).toEqual([-40, -30])
  expect(doubt).toBeCloseTo(0.6 * 8 * 60)
  // The middle of the 60 days before.
  expect((await probed(daily(8, 100, 0), { asked: 3 })).windows.at(-1)).toEqual([-70, -60])
})

it('a list whose windows were all counted is known', async () => {
  const { probe, doubt, goesOn, windows } = await probed(daily(8, 25, 0), { days: 25, asked: 4 })
  expect(windows.length).toBe(3)
  expect(windows.at(-1)).toEqual([-25, -20])
  expect([doubt, goesOn]).toEqual([0, false])
  expect(probe.conclude(null)).toMatchObject({
    items: exactly(200),
    basis: 'stated total',
    isChain: false,
    history: { doubt: 0 },
  })
})

it('a job reads each window of the history, and a page for each hundred items besides half of them', async () => {
  // Ten windows, and 20 pages of 2,000 items.
  for (const days of [95, 20]) {
    const { requests } = (await probed([], { days, filter: { historyDays: 95 } })).probe.conclude(null)
    expect([1, 2_000].map(requests)).toEqual([10, 25])
  }
})

it('nothing is before the history of the provider, and something may be before the account began', async () => {
  const old = await probed([], { filter: { historyDays: 15 }, asked: 2 })
  expect(old.windows).toEqual([
    [-10, 0],
    [-15, -10],
  ])
  expect(old.probe.conclude(null).items).toEqual(exactly(0))
  const young = await probed(daily(8, 15, 0), { days: 15, filter: { historyDays: 95 }, asked: 2 })
  expect(young.windows).toEqual(old.windows)
  expect(young.probe.conclude(null)).toMatchObject({
    items: { least: 120, likely: 120, most: null },
    basis: 'sampled times',
  })
  expect((await probed([], { days: 0 })).queries[0]?.window).toEqual({ from: now - 1, to: now })
})

it('a window that has more than the provider gives is an eighth as long, and an hour at least', async () => {
  const refusing = (most: number) => {
    const list = listOf(daily(8, 100, 0), { createdFilter: { field: 'created', maxDays: 1 } }, 1_000).source.list
    return {
      list: async (query: Query) => {
        const { from, to } = query.window ?? { from: 0, to: null }
        asked.push((to ?? now) - from)
        if ((to ?? now) - from > most) throw new SyncError('reject', windowTooLarge, 'too large')
        return await list(query, signal)
      },
    }
  }
  const asked: number[] = []
  const { probe } = await probed([], { asked: 3, more: refusing(2 * day) })
  expect(asked).toEqual([10 * day, 1.25 * day, 1.25 * day])
  const { stretches } = probe.conclude(null).history!.curve
  expect(stretches[0]).toMatchObject({ from: now - 1.25 * day, to: now, items: 10 })
  // The middle of it is 0.277 of the 98.75 days before it.
  const middle = (stretches[1]!.from + stretches[1]!.to) / 2
  expect((now - middle) / day).toBeCloseTo(1.25 + (98.75 * Math.log(9 / 16)) / Math.log(1 / 8), 3)
  asked.length = 0
  await probed([], { asked: 4, more: refusing(3_600) })
  expect(asked).toEqual([864_000, 108_000, 13_500, 3_600])
})

it('an error that is no window of too many items ends the estimate', async () => {
  for (const error of [new SyncError('reject', 'permission_denied', 'no'), new Error('no')]) {
    const list = async () => {
      throw error
    }
    await expect(probed([], { more: { list } })).rejects.toBe(error)
  }
})

it('a window of which a page shows a part, and states no total, is taken for twice as long', async () => {
  const pages = listOf(daily(8, 100, 0), {}, 10).source.list
  const { probe } = await probed([], { days: 5, more: { list: pages } })
  expect(probe.conclude(null)).toMatchObject({
    items: { least: 10, likely: 20, most: null },
    basis: 'sampled times',
    history: { doubt: 1 },
  })
  // A page without a next one shows it whole.
  const whole = listOf(daily(1, 100, 0), {}, 10).source.list
  expect((await probed([], { days: 5, more: { list: whole } })).probe.conclude(null)).toMatchObject({
    items: exactly(5),
    basis: 'stated total',
    history: { doubt: 0 },
  })
})

it('windows between those that were counted add to them', async () => {
  // Two windows of 80 items with 20 days of 8 a day between them, and 60 days before.
  const { items } = (await probed(daily(8, 100, 0), { asked: 2 })).probe.conclude(null)
  expect(items).toEqual({ least: 160, likely: 800, most: null })
})

it('a list is asked for by the time that it has', async () => {
  const updated = await probed([], { more: { createdFilter: undefined, updatedFilter: { field: 'created' } } })
  expect(updated.queries[0]).toEqual({
    cursor: null,
    limit: 100,
    window: { from: now - 10 * day, to: now },
    by: 'updated',
  })
  expect((await probed([])).queries[0]).not.toHaveProperty('by')
})
