import { expect } from 'vitest'
import { SyncError, windowTooLarge } from '../../../src/errors.ts'
import type { ListSource, Window } from '../../../src/provider/contract.ts'
import type { Item } from '../../../src/provider/item.ts'
import { type Check, during, isNever, type ListSubject, leverOf } from './check.ts'
import { factsOf, itemsIn } from './pages.ts'
import {
  type By,
  busiestWindow,
  filterOf,
  isWithin,
  limitOf,
  mostOf,
  never,
  piecesOf,
  queryOf,
  readList,
  readPages,
  secondOf,
  sorted,
} from './reading.ts'
import { rejection } from './words.ts'

/** How a list is filtered by time. Only the filters that it has. */
export function windowChecks({ createdFilter, updatedFilter }: ListSubject['source']): readonly Check<ListSubject>[] {
  const hasUnordered = createdFilter?.order === 'none' || updatedFilter?.order === 'none'
  return [
    ...(createdFilter
      ? [
          {
            title: 'are filtered by a window of creation, from its first second up to and without its last',
            run: (subject: ListSubject) => areFiltered(subject, 'created'),
          },
        ]
      : []),
    ...(updatedFilter
      ? [
          {
            title: 'are filtered by a window of change, from its first second up to and without its last',
            run: (subject: ListSubject) => areFiltered(subject, 'updated'),
          },
          {
            title: 'show an object that has changed in the window of its change',
            alters: true,
            run: showAChange,
          } as const,
        ]
      : []),
    ...(hasUnordered
      ? [{ title: 'say so where a window holds more than the API gives, so that it is halved', run: areHalved }]
      : []),
  ]
}

async function areFiltered(subject: ListSubject, by: By): Promise<void> {
  const { fixture, source } = subject
  const filter = filterOf(source, by)
  if (!filter) return
  const now = fixture.now()
  const secondIn = (item: Item) => secondOf(filter, item.value()) ?? Number.NaN
  const all = itemsIn((await readList(source, { now, limit: mostOf(source), by })).flat())
  const seconds = all.map(secondIn).toSorted((a, b) => a - b)
  expect(seconds, `each item has ${filter.field}`).not.toContain(Number.NaN)
  if (new Set(seconds).size < 4)
    throw new Error(`exerciseProvider: all ${source.name} of the server are of one time. Give them several.`)
  const [from = 0, to = 0] = [0.25, 0.75].map((share) => seconds[Math.floor(seconds.length * share)])
  const besides = new Set<string>()
  for (const window of [
    { from, to },
    { from: from + 1, to: to + 1 },
    { from, to: null },
    { from: 0, to: from },
    { from, to: from + 1 },
  ]) {
    const listed: Item[] = []
    for (const piece of piecesOf(source, window, now, by)) listed.push(...(await itemsOfWindow(source, piece, by)))
    const isOutside = (item: Item) => !isWithin(secondIn(item), window)
    for (const item of listed.filter(isOutside)) besides.add(placeOf(secondIn(item), window))
    const shown = sorted(listed.filter((item) => !isOutside(item)).map((item) => item.value()))
    expect(shown).toEqual(sorted(all.filter((item) => isWithin(secondIn(item), window)).map((item) => item.value())))
  }
  const flaw = ['something else', 'everything newer', 'its ends'].find((place) => besides.has(place))
  expect(flaw, 'what a window shows besides').toBe(by === 'created' ? factsOf(subject).besides : undefined)
}

/** Where an item stands that is outside of its window. */
function placeOf(second: number, { from, to }: Window): string {
  if (second === from - 1 || second === to) return 'its ends'
  return to !== null && second > to ? 'everything newer' : 'something else'
}

async function itemsOfWindow(source: ListSource, window: Window, by: By): Promise<readonly Item[]> {
  const query = queryOf(window, { cursor: null, limit: mostOf(source) }, by)
  return itemsIn(await readPages((page) => source.list(page, never), query))
}

async function showAChange(subject: ListSubject): Promise<void> {
  const { fixture, source } = subject
  const change = leverOf(fixture, 'change', `${source.name} are filtered by the time of change`)
  const before = fixture.now()
  const [first] = itemsIn((await readList(source, { now: before, limit: mostOf(source) })).flat())
  const id = String(first?.id)
  if (isNever(change(source.name, id)))
    throw new Error(`exerciseProvider: a change of ${source.name} must be possible.`)
  const now = fixture.now()
  expect(now, 'time has passed').toBeGreaterThanOrEqual(before + 60)
  const changed: Item[] = []
  for (const window of piecesOf(source, { from: before + 1, to: null }, now, 'updated'))
    changed.push(...(await itemsOfWindow(source, window, 'updated')))
  expect(changed.map((item) => item.id)).toEqual([id])
}

async function areHalved({ fixture, source }: ListSubject): Promise<void> {
  const refuse = leverOf(
    fixture,
    'refuseWindow',
    `${source.name} come in no order, so that a window is read as a whole`,
  )
  const window = await busiestWindow(source, fixture.now())
  const undo = refuse(source.name)
  if (isNever(undo)) return expect(undo.never).not.toBe('')
  await during(undo, async () => {
    const error = await rejection(source.list(queryOf(window, { cursor: null, limit: limitOf(source, 10) }), never))
    expect(error).toBeInstanceOf(SyncError)
    expect(error).toMatchObject({ verdict: 'reject', scope: 'page', code: windowTooLarge })
  })
}
