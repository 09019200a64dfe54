import { describe, expect, it } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import { Item } from '../../src/json/item.ts'
import type { ListSource, Page } from '../../src/provider/contract.ts'
import { openReader } from '../../src/sync/reader.ts'
import { noContent } from '../../src/sync/rows.ts'
import type { Slice } from '../../src/sync/slices.ts'
import type { FeedSource, Source } from '../../src/sync/source.ts'
import { takeObjects, takePage } from '../../src/sync/take-page.ts'
import { createTouched } from '../../src/sync/touched.ts'
import { observedAt, page, slice, source as timed } from './page-setup.ts'

const never = new AbortController().signal
const row = (item: Item) => ({ id: String(item.id) })
const lines = {
  ...{ name: 'lines', table: customers, parent: 'customer', row },
  embedded: () => ({ items: [Item.of({ id: 'line' })], next: null }),
  list: () => Promise.reject(new Error('not asked')),
}
const { createdFilter: _, ...bare } = timed
/** A list that no window cuts, whose items have a line each. */
const untimed: ListSource = { ...bare, row, nested: [lines] }
const prices: ListSource = {
  ...bare,
  ...{ name: 'prices', row, retrieve: async (id: string) => ({ item: Item.of({ id }), observedAt }) },
}
const feed: FeedSource = {
  ...{ kind: 'feed', name: 'events', createdFilter: { field: 'created' }, list: bare.list },
  expand: async () => noContent,
}

interface Taken {
  readonly over?: Partial<Slice>
  readonly page?: Page
  readonly restarts?: number
}

async function take(source: Source, { over = {}, page: answer = page('a'), restarts = 0 }: Taken = {}) {
  const sources = [source, prices]
  const touched = createTouched({ sources, pageSize: 10, isFetched: async () => true })
  const reader = { ...openReader(slice(over), source, 10), restarts }
  return await takePage(reader, answer, { sources, nestedPageSize: 10, touched, onLast: () => {} }, never)
}

describe('a page of a list', () => {
  it('without a time begins it where it has no cursor, and counts its items and their lines', async () => {
    expect(await take(untimed)).toMatchObject({
      beginsList: true,
      listed: [0],
      nested: [{ resource: 'lines', items: 1 }],
    })
    expect(await take(untimed, { over: { cursor: 'a' } })).toMatchObject({ beginsList: false, listed: [0] })
  })

  it('that is read from its beginning again counts the nested lists anew, and one that goes on does not', async () => {
    const anew = { resource: 'lines', created: null, items: 0 }
    expect((await take(untimed, { restarts: 1 })).nested).toContainEqual(anew)
    expect((await take(untimed)).nested).not.toContainEqual(anew)
    expect((await take(untimed, { restarts: 1, over: { cursor: 'a' } })).nested).not.toContainEqual(anew)
  })

  it('with a time does not begin it, and its items count by their seconds', async () => {
    expect(await take({ ...timed, row }, { page: page('a9') })).toMatchObject({ beginsList: false, listed: [9] })
  })

  it('of changes, and one of events, begins no list and counts nothing', async () => {
    const nothing = { beginsList: false, listed: [], nested: [] }
    expect(await take({ ...untimed, createdFilter: { field: 'created' } }, { over: { by: 'updated' } })).toMatchObject(
      nothing,
    )
    expect(await take(untimed, { over: { by: 'updated' } })).toMatchObject({ beginsList: false, nested: [] })
    expect(await take(feed)).toMatchObject({ beginsList: false, nested: [] })
  })

  it('has the objects that its items show to have changed', async () => {
    const touching: ListSource = { ...untimed, touched: () => [{ resource: 'prices', id: 'p' }] }
    const { rows, childSets } = await take(touching)
    expect(rows.map(({ resource, row }) => `${resource} ${row.id}`)).toEqual(['customers a', 'lines line', 'prices p'])
    expect(childSets).toHaveLength(1)
  })

  it('says up to when it is complete and what the provider notes, if the answer does', async () => {
    const told = { ...page('a'), completeTo: new Date(5_000), note: 'a day is missing' }
    expect(await take(untimed, { page: told })).toMatchObject({ completeTo: told.completeTo, note: told.note })
    const untold = await take(untimed)
    expect('completeTo' in untold || 'note' in untold).toBe(false)
  })
})

it('objects that are asked for by id are rows of no list', async () => {
  const { rows, ...taken } = await takeObjects(
    slice({ ids: ['a', 'b'] }),
    prices,
    { sources: [prices], nestedPageSize: 10 },
    never,
  )
  expect(rows.map(({ row, askedById }) => [row.id, askedById])).toEqual([
    ['a', true],
    ['b', true],
  ])
  expect(taken).toMatchObject({ listed: [], nested: [], proven: null, beginsList: false, whole: null, next: null })
})
