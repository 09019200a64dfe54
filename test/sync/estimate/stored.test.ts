import { expect, it } from 'vitest'
import type { ListSource } from '../../../src/provider/contract.ts'
import { exactly } from '../../../src/sync/estimate/range.ts'
import { measureStored, storedEstimate } from '../../../src/sync/estimate/stored.ts'
import { day, listOf, now, signal } from './list-of.ts'

const until = now - 10 * day
/** In ten days 864 come. */
const stored = { items: 400, until, perSecond: 0.001, payloadBytes: 500 }
const parts = [null]
const created = { field: 'created' }
const measure = (source: ListSource, more: Partial<Parameters<typeof measureStored>[0]> = {}) =>
  measureStored({ source, parts, stored, now, ...more }, signal)

/** So many items of a second each, up to this second. */
const items = (count: number, to: number) => Array.from({ length: count }, (_, at) => to - at)
/** Thirty came since, the oldest of them in the very second, and 120 were there before. */
const thirty = [...items(29, now - 1), ...items(121, until)]

it('a page that goes back to the cursor shows all that came', async () => {
  const { source, queries } = listOf(thirty)
  const measured = await measure(source)
  expect(queries).toEqual([{ cursor: null, limit: 100, window: { from: 0, to: null } }])
  expect(measured).toMatchObject({ basis: 'stored rows', isChain: false })
  expect(measured.items).toEqual({ least: 100, likely: 430, most: 430 })
  expect(measured.requests(430)).toBe(5)
})

it('otherwise as many came as in the month before, and nothing bounds them', async () => {
  const likely = 400 + 864
  expect((await measure(listOf(items(150, now - 1)).source)).items).toEqual({ least: 100, likely, most: null })
  // A list of which the page shows one part, and one whose order tells no time.
  const two = { parts: ['a', 'b'] }
  expect((await measure(listOf(thirty).source, two)).items).toEqual({ least: 100, likely, most: null })
  const without = { createdFilter: { ...created, order: 'none' } as const }
  expect((await measure(listOf(thirty, without).source)).items).toEqual({ least: 100, likely, most: null })
  // Of the one part alone came more than in the month before of all.
  const quiet = { ...two, stored: { ...stored, perSecond: 0 } }
  expect((await measure(listOf(thirty).source, quiet)).items).toEqual({ least: 100, likely: 430, most: null })
})

it('a list that fits on the page is known', async () => {
  const { source } = listOf(items(50, now - 1))
  expect(await measure(source)).toMatchObject({ items: exactly(50), basis: 'whole list' })
  expect(await measure(source, { parts: ['a', 'b'] })).toMatchObject({ items: { least: 50 }, basis: 'stored rows' })
})

it('a list that is read in windows is asked for the newest of them, and each of them costs a request', async () => {
  const createdFilter = { ...created, maxDays: 10, historyDays: 95 }
  const { source, queries } = listOf(items(50, now - 1), { createdFilter })
  const measured = await measure(source)
  expect(queries).toEqual([{ cursor: null, limit: 100, window: { from: now - 10 * day, to: now } }])
  expect(measured).toMatchObject({ items: { least: 50 }, basis: 'stored rows' })
  // Ten windows, and of 2,000 items 20 pages besides half of them.
  expect([1, 2_000].map(measured.requests)).toEqual([10, 25])
})

it('the page is asked for by the time that the list has', async () => {
  const updated = listOf([], { createdFilter: undefined, updatedFilter: { ...created, historyDays: 35 } } as never)
  const neither = listOf([], { createdFilter: undefined } as never)
  for (const { source } of [updated, neither]) await measure(source)
  expect([updated.queries, neither.queries]).toEqual([
    [{ cursor: null, limit: 100, window: { from: now - 35 * day, to: null }, by: 'updated' }],
    [{ cursor: null, limit: 100 }],
  ])
})

it('rows without a list grow as they did in the month before', () => {
  // A row has 450 + 1.4 × 500 bytes.
  expect(storedEstimate(stored, now)).toEqual({
    items: { least: 0, likely: 1_264, most: null },
    requests: exactly(0),
    bytes: { least: 0, likely: 1_264 * 1_150, most: null },
    basis: 'stored rows',
  })
  expect(storedEstimate(stored, until - day).items.likely).toBe(400)
})
