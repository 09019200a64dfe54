import { expect } from 'vitest'
import type { Page } from '../../../src/provider/contract.ts'
import type { Item } from '../../../src/provider/item.ts'
import type { Check, ListSubject } from './check.ts'
import type { ListFacts } from './fixture.ts'
import { busiestWindow, limitOf, mostOf, never, queryOf, readList, readPages, secondOf, sorted } from './reading.ts'

/** Fewer make no second page of seven. */
const fewest = 15

export const factsOf = ({ fixture, source }: Pick<ListSubject, 'fixture' | 'source'>): ListFacts =>
  fixture.facts?.[source.name] ?? {}

/** The objects of items that are no tombstones. What a list leaves out of them is fetched, as the core does. */
export async function objectsOf({ source }: Pick<ListSubject, 'source'>, items: readonly Item[]): Promise<unknown[]> {
  const values: unknown[] = []
  for (const item of items) {
    if (source.gone?.(item)) continue
    const whole = source.listsSummaries && source.retrieve ? await source.retrieve(item.id ?? '', never) : { item }
    values.push(whole.item?.value())
  }
  return values
}

export const itemsIn = (pages: readonly Page[]): readonly Item[] => pages.flatMap(({ items }) => items)

/** How a list is read: page by page, and from any of its cursors. */
export const pageChecks: readonly Check<ListSubject>[] = [
  { title: 'come in pages of 7, each exactly once, in their order', run: (subject) => comeInPages(subject, 7) },
  {
    title: 'come in the largest pages, each exactly once, in their order',
    run: (subject) => comeInPages(subject, mostOf(subject.source)),
  },
  { title: 'can be read on from the cursor of any page', run: canBeReadOn },
  { title: 'carry the provider’s clock on each page', run: carryTheClock },
]

async function comeInPages(subject: ListSubject, limit: number): Promise<void> {
  const { fixture, source, expected } = subject
  const { pages: shape } = factsOf(subject)
  if (expected.length < fewest && shape !== 'whole')
    throw new Error(
      `exerciseProvider: the fixture has ${expected.length} ${source.name}. Give it ${fewest}, so that there are pages.`,
    )
  const before = fixture.requests()
  const lists = await readList(source, { now: fixture.now(), limit })
  const pages = lists.flat()
  expect(fixture.requests() - before).toBe(pages.length)
  const size = limitOf(source, limit)
  const isFixed = pages.some(({ items }) => items.length > size)
  expect(
    isFixed ? 'of a fixed size' : shape === 'of a fixed size' && limit === 7 ? 'of the size asked for' : shape,
  ).toBe(shape)
  for (const list of lists) {
    const full = list.slice(0, -1).map(({ items }) => items.length)
    if (shape === undefined) expect(full).toEqual(full.map(() => size))
    if (shape === 'whole') expect(full).toEqual([])
    expectTotal(list)
    expectOrder(subject, itemsIn(list))
  }
  const ids = itemsIn(pages).map(({ id }) => id)
  expect(ids).not.toContain(null)
  expect(new Set(ids).size).toBe(ids.length)
  expect(sorted(await objectsOf(subject, itemsIn(pages)))).toEqual(sorted(expected))
}

/** Pages by numbers state how many items there are. Then each page does, and the items are so many. */
function expectTotal(pages: readonly Page[]): void {
  const totals = new Set(pages.map(({ total }) => total))
  expect(totals.size).toBe(1)
  const [total] = totals
  if (total !== undefined) expect(itemsIn(pages)).toHaveLength(total)
}

function expectOrder({ source: { createdFilter } }: ListSubject, items: readonly Item[]): void {
  if (!createdFilter || createdFilter.order === 'none') return
  const seconds = items.map((item) => secondOf(createdFilter, item.value()) ?? 0)
  expect(seconds).toEqual(seconds.toSorted((a, b) => b - a))
}

async function canBeReadOn({ fixture, source }: ListSubject): Promise<void> {
  const window = await busiestWindow(source, fixture.now())
  const rest = { limit: limitOf(source, 20) }
  const pages = await readPages((query) => source.list(query, never), queryOf(window, { cursor: null, ...rest }))
  for (const [at, page] of pages.entries()) {
    if (page.next === null) continue
    const again = await source.list(queryOf(window, { cursor: page.next, ...rest }), never)
    expect(again.items.map((item) => item.value())).toEqual(pages[at + 1]?.items.map((item) => item.value()))
    expect(again.items.map(({ id }) => id)).toEqual(pages[at + 1]?.items.map(({ id }) => id))
  }
}

async function carryTheClock({ fixture, source }: ListSubject): Promise<void> {
  const pages = (await readList(source, { now: fixture.now(), limit: mostOf(source) })).flat()
  expect(pages.map(({ observedAt }) => observedAt)).toEqual(pages.map(() => new Date(fixture.now() * 1_000)))
  for (const { completeTo, observedAt } of pages)
    if (completeTo) expect(completeTo.getTime()).toBeLessThanOrEqual(observedAt.getTime())
}
