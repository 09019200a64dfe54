import { expect, it } from 'vitest'
import { balanceTransactions, subscriptions } from '../../src/db/schema.ts'
import { SyncError } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import type { ListSource } from '../../src/provider/contract.ts'
import { id } from '../../src/provider/fields.ts'
import { createTouched } from '../../src/sync/touched.ts'

const denied = new SyncError('reject', 'permission_denied', 'x: may not read this', { scope: 'resource' })
const never = new AbortController().signal

/** Lines that name subscriptions, and the ids that were asked for. `isDenied`: of which the answer is a refusal. */
function setup(
  isDenied: (id: string) => boolean,
  openIds?: (source: ListSource) => Promise<readonly string[]>,
  {
    refusal = denied,
    isFetched = true,
    ...more
  }: { refusal?: SyncError; isFetched?: boolean } & Partial<ListSource> = {},
) {
  const asked: string[] = []
  const list = () => Promise.reject(new Error('not listed'))
  const row = (item: Item) => ({ id: id(item.value()) })
  const named: ListSource = {
    ...{ kind: 'list', name: 'subscriptions', table: subscriptions, list, row },
    openRows: { by: { column: 'status' }, values: ['ACTIVE'] },
    retrieve: async (id) => {
      asked.push(id)
      if (isDenied(id)) throw refusal
      return { item: Item.of({ id }), observedAt: new Date(1_000_000) }
    },
    ...more,
  }
  const ledger: ListSource = {
    ...{ kind: 'list', name: 'lines', table: balanceTransactions, list, row },
    touched: ({ id }) => [{ resource: 'subscriptions', id: String(id) }],
  }
  const touched = createTouched({ sources: [named, ledger], pageSize: 100, isFetched: async () => isFetched, openIds })
  const fetch = async (ids: readonly string[]) => {
    const items = ids.map((id) => Item.of({ id }))
    const { rows, rejects } = await touched.fetch(ledger, items, never)
    return { rows: rows.map(({ row }) => row.id), rejects: rejects.map(({ itemKey }) => itemKey) }
  }
  const fetchOpen = async (source: ListSource = named) =>
    (await touched.fetchOpen(source, never)).rows.map(({ row }) => row.id)
  return { asked, fetch, fetchOpen, ledger }
}

const ids = Array.from({ length: 40 }, (_, at) => `s${at}`)

it('objects that items show to have changed are each fetched once', async () => {
  const { asked, fetch } = setup(() => false)
  expect(await fetch(ids)).toEqual({ rows: ids, rejects: [] })
  expect(await fetch(ids)).toEqual({ rows: [], rejects: [] })
  expect(asked).toEqual(ids)
})

it('objects of a resource without a right to it cost three requests, also over several pages', async () => {
  const { asked, fetch } = setup(() => true)
  expect(await fetch(ids)).toEqual({ rows: [], rejects: ['s0', 's1', 's2'] })
  expect(await fetch(['s40', 's41'])).toEqual({ rows: [], rejects: [] })
  expect(asked).toEqual(['s0', 's1', 's2'])
})

it('objects that are refused are rejected by themselves once another one was read', async () => {
  const { fetch } = setup((id) => id !== 's2')
  const { rows, rejects } = await fetch(ids)
  expect(rows).toEqual(['s2'])
  expect(rejects).toEqual(ids.filter((id) => id !== 's2'))
})

it('open objects of a refused list are fetched, but not those that items named before', async () => {
  const { asked, fetch, fetchOpen, ledger } = setup(
    () => false,
    async ({ name }) => [name, 's1', 's2'],
  )
  await fetch(['s1'])
  expect(await fetchOpen()).toEqual(['subscriptions', 's2'])
  expect(asked).toEqual(['s1', 'subscriptions', 's2'])
  expect(await fetchOpen(ledger)).toEqual([])
  expect(await setup(() => false).fetchOpen()).toEqual([])
})

it('objects that are refused for another reason than a missing right are each asked for', async () => {
  const refusal = new SyncError('reject', 'provider_refused', 'x: this one is broken', { scope: 'object' })
  const { asked, fetch } = setup(() => true, undefined, { refusal })
  expect((await fetch(ids)).rejects).toEqual(ids)
  expect(asked).toEqual(ids)
})

it('nothing is fetched of a resource whose list is read, or that has no request by id', async () => {
  const read = setup(() => false, undefined, { isFetched: false })
  expect(await read.fetch(ids)).toEqual({ rows: [], rejects: [] })
  expect(read.asked).toEqual([])
  expect(await setup(() => false, undefined, { retrieve: undefined } as never).fetch(ids)).toEqual({
    rows: [],
    rejects: [],
  })
})

it('open objects are fetched only of a list that has open rows and a request by id', async () => {
  const openIds = async () => ['s1']
  expect(await setup(() => false, openIds).fetchOpen()).toEqual(['s1'])
  for (const more of [{ openRows: undefined }, { retrieve: undefined }, { kind: 'feed' }])
    expect(await setup(() => false, openIds, more as never).fetchOpen()).toEqual([])
})
