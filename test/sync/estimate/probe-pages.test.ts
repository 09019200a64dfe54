import { expect, it } from 'vitest'
import type { Item } from '../../../src/json/item.ts'
import type { ListSource, TimeFilter } from '../../../src/provider/contract.ts'
import { evenly } from '../../../src/sync/estimate/history.ts'
import { probePages } from '../../../src/sync/estimate/probe-pages.ts'
import { exactly } from '../../../src/sync/estimate/range.ts'
import { day, listOf, now, signal } from './list-of.ts'

/** Its rows are dated, except of an item that cannot be stored. */
const row = (item: Item) => {
  const { created } = item.value() as { created: number }
  if (created === now - 15) throw new Error('no row')
  return { createdAt: new Date(created * 1_000) }
}
const source = { createdFilter: undefined, row } as unknown as Partial<ListSource>

/** A probe of a list of such pages, which was asked so often. */
async function probed(
  seconds: readonly number[],
  asked: number,
  { filter, ...more }: { filter?: TimeFilter } & object = {},
) {
  const list = listOf(seconds, { ...source, ...more }, 10)
  const probe = probePages({ source: list.source, part: null, since: now - 1_100, now, filter }, signal)
  for (let n = 0; n < asked; n++) await probe.ask(5)
  return { ...list, probe, doubt: probe.doubt(), goesOn: probe.goesOn(), seen: probe.seen() }
}
const every = (apart: number, count: number) => Array.from({ length: count }, (_, at) => now - apart * (at + 1))

it('a list is in doubt until its last page', async () => {
  const unread = { doubt: Number.POSITIVE_INFINITY, goesOn: true }
  expect(await probed(every(10, 15), 0)).toMatchObject({ ...unread, seen: 0 })
  expect(await probed(every(10, 15), 1)).toMatchObject({ ...unread, seen: 10 })
  const { probe, queries, ...read } = await probed(every(10, 15), 2)
  expect(read).toMatchObject({ doubt: 0, goesOn: false, seen: 15 })
  expect(queries.map(({ cursor, window }) => [cursor, window])).toEqual([
    [null, undefined],
    ['10', undefined],
  ])
  expect(probe.conclude(null)).toMatchObject({ items: exactly(15), basis: 'whole list', isChain: true, history: null })
})

it('a list whose total is stated is known, and read within the history of its provider', async () => {
  const filter = { field: 'created', order: 'none' } as const
  const stating = { createdFilter: { ...filter, maxDays: 31 } }
  const { probe, queries, ...read } = await probed(every(10, 15), 1, {
    ...stating,
    filter: { ...filter, historyDays: 7 },
  })
  expect(read).toMatchObject({ doubt: 0, goesOn: true })
  expect(probe.conclude(null)).toMatchObject({ items: exactly(15), basis: 'stated total', isChain: true })
  const { queries: whole } = await probed(every(10, 15), 1, { filter })
  expect([queries, whole].map(([query]) => query?.window)).toEqual([
    { from: now - 7 * day, to: null },
    { from: 0, to: null },
  ])
})

it('a list without order, or with one item only, is taken for twice as long as it was read', async () => {
  const unordered = async (seconds: readonly number[]) => {
    const { items } = await listOf(seconds, {}, 10).source.list({ cursor: null, limit: 10 }, signal)
    const list = async () => ({ items: items.toReversed(), next: '10', observedAt: new Date() })
    const more: object = { list }
    return (await probed([], 1, more)).probe.conclude(null)
  }
  expect(await unordered(every(10, 10))).toMatchObject({
    items: { least: 10, likely: 20, most: null },
    basis: 'first pages',
    history: null,
    isChain: true,
  })
  expect((await unordered(every(10, 1))).items).toEqual({ least: 1, likely: 2, most: null })
})

it('a list that has the newest first is as dense before as its rows tell', async () => {
  const { probe } = await probed(every(10, 30), 1)
  /*
   * Ten items in 100 seconds, and 1,000 before, at whose beginning are an eighth as many: 0.4 × 1,000 × (0.1 - 0.0125) / ln 8
   * of an even change and 0.6 × 10 × (11 / 8 - 1) / (1 - ln 8 / ln 11) of a power of time, which are 16.8 and 16.9.
   */
  expect(probe.conclude(null)).toMatchObject({
    items: { least: 10, likely: 44, most: null },
    basis: 'first pages',
    history: { doubt: 1, curve: { stretches: [{ from: now - 100, to: now, items: 10 }] } },
  })
  // Of another list ten items lie in these 100 seconds, and ten times as many before: √(10 × 11 × 43.8)
  const curve = { stretches: [evenly(now - 1_100, now, 110)], gaps: [] }
  expect(probe.conclude({ curve, doubt: 0 }).items).toEqual({ least: 10, likely: 69, most: null })
})

it('items of one second are in order, and those without a row have no time', async () => {
  const { probe } = await probed([now - 10, now - 15, ...Array<number>(10).fill(now - 20)], 1)
  expect(probe.conclude(null).history?.curve.stretches).toMatchObject([{ from: now - 20, items: 9 }])
})
