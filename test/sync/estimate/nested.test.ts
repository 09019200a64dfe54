import { expect, it } from 'vitest'
import { Item } from '../../../src/json/item.ts'
import type { ListSource, NestedSource, Query } from '../../../src/provider/contract.ts'
import { nestedEstimates, ofAll, sampleNested } from '../../../src/sync/estimate/nested.ts'
import { exactly } from '../../../src/sync/estimate/range.ts'
import { signal } from './list-of.ts'

interface Parent {
  readonly id: string | null
  /** The ids of the items that it embeds, and the cursor of the others. Absent: it embeds no list. */
  readonly parts?: readonly (string | null)[]
  readonly next?: string
  readonly isSummary?: boolean
}

/** A list of parents whose nested lists answer with these pages. */
function open(pages: Readonly<Record<string, readonly (string | null)[]>> = {}, nextOf: string | null = null) {
  const asked: (Query & { readonly parent: string })[] = []
  const nested = {
    name: 'parts',
    embedded(item: Item) {
      const { parts, next = null } = item.value() as Parent
      return parts ? { items: parts.map((id) => Item.of({ id })), next } : null
    },
    async list(parent: string, query: Query) {
      asked.push({ parent, ...query })
      return { items: (pages[parent] ?? []).map((id) => Item.of({ id })), next: nextOf, observedAt: new Date() }
    },
  } as unknown as NestedSource
  const sample = async (parents: readonly Parent[], more: object = {}) => {
    const source = { nested: [nested], ...more } as unknown as ListSource
    const samples = await sampleNested(
      source,
      parents.map((parent) => Item.of(parent)),
      signal,
    )
    return samples.map(({ children, ...rest }) => ({ ...rest, children: children.map(({ id }) => id) }))
  }
  return { sample, asked }
}

it('parents that embed their whole lists cost nothing', async () => {
  const { sample, asked } = open()
  const parents = [{ id: 'a', parts: ['1', '2'] }, { id: 'b' }, { id: 'c', parts: ['3'] }]
  expect(await sample(parents)).toEqual([
    { name: 'parts', children: ['1', '2', '3'], counts: [2, 0, 1], cut: 0, isWhole: true },
  ])
  expect(asked).toEqual([])
  expect(await sample(parents, { nested: undefined })).toEqual([])
})

it('the rest of a list is asked for from the cursor that its parent shows, and an item of both counts once', async () => {
  const { sample, asked } = open({ a: ['1', '2', '3', null], b: ['4'] })
  const parents = [
    { id: 'a', parts: ['1', '2'], next: 'x' },
    { id: 'b', parts: [], next: '' },
    { id: null, parts: ['5'], next: 'y' },
  ]
  expect(await sample(parents)).toEqual([
    // One without an id counts as much as the other two: 1 + (2 + 1) / 2
    { name: 'parts', children: ['1', '2', '5', '3', null, '4'], counts: [4, 1, 2.5], cut: 2, isWhole: true },
  ])
  expect(asked).toEqual([
    { parent: 'a', cursor: 'x', limit: 100 },
    { parent: 'b', cursor: null, limit: 100 },
  ])
})

it('a list that goes on is not known whole', async () => {
  const [sample] = await open({ a: ['1'] }, 'z').sample([{ id: 'a', parts: [], next: '' }])
  expect(sample).toMatchObject({ counts: [1], isWhole: false })
})

it('five of the parents that are cut are asked, in equal distances, and the others have as much', async () => {
  const parents = Array.from({ length: 10 }, (_, at) => ({ id: String(at), parts: [], next: '' }))
  const { sample, asked } = open({ '1': ['a', 'b'], '3': ['c'], '5': ['d'], '7': ['e'] })
  const [parts] = await sample(parents)
  // The middles of five equal pieces.
  expect(asked.map(({ parent }) => parent)).toEqual(['1', '3', '5', '7', '9'])
  expect(parts).toMatchObject({ counts: [1, 2, 1, 1, 1, 1, 1, 1, 1, 0], cut: 10, isWhole: false })
})

it('the parts that a list leaves out are those of a few parents, which are fetched by id', async () => {
  const { sample } = open()
  const fetched: string[] = []
  const retrieve = async (id: string) => {
    fetched.push(id)
    return { item: id === 'gone' ? null : Item.of({ id, parts: [`part of ${id}`] }), observedAt: new Date() }
  }
  const parents = [{ id: 'a', isSummary: true }, { id: null }, { id: 'gone' }, { id: 'b' }]
  const [fewer] = await sample(parents, { listsSummaries: true, retrieve })
  expect(fewer).toMatchObject({ children: ['part of a', 'part of b'], counts: [1, 1], isWhole: true })
  expect(fetched).toEqual(['a', 'gone', 'b'])
  // A list that shows its parts needs no object by id, and one without a way to fetch them has what it shows.
  const [shown] = await sample(parents, { retrieve })
  const [without] = await sample(parents, { listsSummaries: true })
  expect([shown?.counts, without?.counts, fetched.length]).toEqual([[0, 0, 0, 0], [0, 0, 0, 0], 3])
})

const sampled = (counts: readonly number[], more: object = {}) => ({
  name: 'parts',
  children: counts.flatMap((count) => Array.from({ length: count }, () => Item.of({}))),
  counts,
  cut: 0,
  isWhole: true,
  ...more,
})

it('all parents have as many as those of the sample, and nothing bounds them if some were not seen', () => {
  const [parents, open] = [exactly(2), { least: 2, likely: 10, most: null }]
  const of = (sample: ReturnType<typeof sampled>, range = parents) => nestedEstimates([sample], range).parts
  expect(of(sampled([1, 3]))).toMatchObject({ items: exactly(4), requests: exactly(0), basis: 'inside other items' })
  // 10 × (1 + 3) / 2
  expect(of(sampled([1, 3]), open)).toMatchObject({
    items: { least: 4, likely: 20, most: null },
    requests: { least: 0, likely: 0, most: null },
  })
  // One of two is cut: five of ten.
  expect(of(sampled([1, 3], { cut: 1 }), open)?.requests).toEqual({ least: 1, likely: 5, most: null })
  expect(of(sampled([1, 3], { cut: 1 }))?.requests).toEqual(exactly(1))
  expect(of(sampled([1, 3], { cut: 1, isWhole: false }))).toMatchObject({
    items: { least: 4, likely: 4, most: null },
    requests: { least: 1, likely: 1, most: null },
  })
})

it.each([
  // Of as many parents as the sample has, and of two, all are repeated.
  [[0, 0, 100], 3, 100],
  [[0, 0, 100], 6, 100],
  [[0, 100], 4, 200],
  // 4 is four times as large as 1, and 5 is more.
  [[1, 1, 1, 4], 8, 14],
  [[1, 1, 1, 5], 8, 12],
  // 25 is a quarter of the others' sum, and 26 is more.
  [[...Array<number>(50).fill(2), 25], 102, 250],
  [[...Array<number>(50).fill(2), 26], 102, 228],
])('the sum of counts like %j for %s parents is %s', (counts, all, sum) => {
  expect(ofAll(counts, all)).toBeCloseTo(sum)
})
