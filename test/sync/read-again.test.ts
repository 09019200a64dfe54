import { expect, it } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import { answerTooLarge, SyncError } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import type { ListSource, Page, Query, UnsettledSource } from '../../src/provider/contract.ts'
import { id } from '../../src/provider/fields.ts'
import { readAgain, readById } from '../../src/sync/read-again.ts'

const observedAt = new Date(1_000_000)
const refused = new SyncError('reject', 'permission_denied', 'x: may not read this', { scope: 'resource' })

interface Answers {
  readonly retrieve?: SyncError
  readonly list?: SyncError | NonNullable<UnsettledSource['list']>
}

async function again(ids: readonly string[], { retrieve, list }: Answers) {
  const retrieved: string[] = []
  const source: ListSource = {
    kind: 'list',
    name: 'payouts',
    table: customers,
    list: () => Promise.reject(new Error('not listed')),
    row: (item) => ({ id: id(item.value()) }),
    retrieve: async (objectId) => {
      if (retrieve && objectId === 'a') throw retrieve
      retrieved.push(objectId)
      return { item: Item.of({ id: objectId }), observedAt }
    },
    unsettled: {
      field: 'status',
      list: async (query: Query, signal: AbortSignal) => {
        if (list instanceof SyncError) throw list
        return list ? await list(query, signal) : { items: [Item.of({ id: 'b' })], next: null, observedAt }
      },
    } as unknown as NonNullable<ListSource['unsettled']>,
  }
  const { rows, rejects } = await readAgain(
    { source, ids, sources: [source], pageSize: 100 },
    new AbortController().signal,
  )
  return {
    rows: rows.map(({ row }) => row.id).toSorted(),
    rejects: rejects.map(({ itemKey, code }) => [itemKey, code]),
    retrieved: retrieved.toSorted(),
  }
}

it('an object that may not be fetched again is rejected, and the others are read', async () => {
  expect(await again(['a', 'c'], { retrieve: refused })).toEqual({
    rows: ['c'],
    rejects: [['a', 'permission_denied']],
    retrieved: ['c'],
  })
})

it('a refused list of unsettled objects leaves each of them to be fetched by id', async () => {
  expect(await again(['a', 'b', 'c'], { list: refused })).toEqual({
    rows: ['a', 'b', 'c'],
    rejects: [],
    retrieved: ['a', 'b', 'c'],
  })
})

it('an error that concerns the account ends the reading', async () => {
  const revoked = new SyncError('reject', 'key_not_accepted', 'x: no', { scope: 'account' })
  await expect(again(['a', 'c'], { retrieve: revoked })).rejects.toBe(revoked)
  await expect(again(['a', 'b', 'c'], { list: revoked })).rejects.toBe(revoked)
})

/** The list of unsettled objects b, c, … as pages of at most `limit`, from which an answer is refused that has more than `atMost`. */
function pagedList(ids: readonly string[], atMost: number) {
  const limits: number[] = []
  const list = async ({ cursor, limit }: Query): Promise<Page> => {
    limits.push(limit)
    if (limit > atMost) throw new SyncError('reject', answerTooLarge, 'x: too large', { scope: 'page' })
    const from = cursor === null ? 0 : ids.indexOf(cursor) + 1
    const page = ids.slice(from, from + limit)
    const next = from + limit < ids.length ? (page.at(-1) ?? null) : null
    return { items: page.map((objectId) => Item.of({ id: objectId })), next, observedAt }
  }
  return { list, limits }
}

it('a page of unsettled objects that is too large is requested again with half as many', async () => {
  const ids = Array.from({ length: 60 }, (_, at) => `id_${at}`)
  const { list, limits } = pagedList(ids, 30)
  expect(await again(ids, { list })).toEqual({ rows: ids.toSorted(), rejects: [], retrieved: [] })
  expect(limits).toEqual([100, 50, 25, 25, 25])
})

it('the list of unsettled objects is read one page further than the stored rows take, whatever the size of its pages', async () => {
  const ids = Array.from({ length: 1_000 }, (_, at) => `id_${at}`)
  const { list, limits } = pagedList(ids, 30)
  await again(['a', 'b', 'c'], { list })
  expect(limits).toEqual([100, 50, ...Array(8).fill(25)])
})

it('a list whose cursor is gone begins again, and has each object once', async () => {
  const ids = Array.from({ length: 150 }, (_, at) => `id_${at}`)
  const { list } = pagedList(ids, 100)
  let gone = true
  const once = async (query: Query): Promise<Page> => {
    if (query.cursor === null || !gone) return list(query)
    gone = false
    throw new SyncError('reject', 'cursor_gone', 'x: no such cursor', { scope: 'page' })
  }
  expect(await again(ids, { list: once })).toEqual({ rows: ids.toSorted(), rejects: [], retrieved: [] })
})

it('the row of an object that was fetched by id was not listed, and those within it were not asked for', async () => {
  const within: ListSource = {
    kind: 'list',
    name: 'prices',
    table: customers,
    list: () => Promise.reject(new Error('not listed')),
    row: (item) => ({ id: id(item.value()) }),
  }
  const retrieve = async () => ({ item: Item.of({ id: 'a' }), observedAt })
  const embeddedItems = (item: Item) =>
    Object.fromEntries(
      ['payouts', 'prices'].map((name) => [name, [{ item: Item.of({ id: `${item.id} in ${name}` }) }]]),
    )
  const source = { ...within, name: 'payouts', retrieve, embeddedItems }
  const { rows } = await readById(
    { source, sources: [source, within], pageSize: 100 },
    'a',
    new AbortController().signal,
  )
  expect(rows.map(({ row, askedById }) => [row.id, askedById])).toEqual([
    ['a', true],
    ['a in payouts', undefined],
    ['a in prices', undefined],
  ])
})

it('an object of a resource without a request by id is a breach of contract', async () => {
  const source = { kind: 'list', name: 'payouts' } as unknown as ListSource
  await expect(
    readById({ source, sources: [], pageSize: 100 }, 'a', new AbortController().signal),
  ).rejects.toMatchObject({ verdict: 'reject', code: 'provider_contract' })
})
