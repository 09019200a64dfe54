import { expect, it } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import { SyncError } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import type { ListSource } from '../../src/provider/contract.ts'
import { id } from '../../src/provider/fields.ts'
import { readAgain } from '../../src/sync/read-again.ts'

const observedAt = new Date(1_000_000)
const refused = new SyncError('reject', 'permission_denied', 'x: may not read this', { scope: 'resource' })

async function again(ids: readonly string[], { retrieve, list }: { retrieve?: SyncError; list?: SyncError }) {
  const source: ListSource = {
    kind: 'list',
    name: 'payouts',
    table: customers,
    list: () => Promise.reject(new Error('not listed')),
    row: (item) => ({ id: id(item.value()) }),
    retrieve: async (objectId) => {
      if (retrieve && objectId === 'a') throw retrieve
      return { item: Item.of({ id: objectId }), observedAt }
    },
    unsettled: {
      field: 'status',
      list: async () => {
        if (list) throw list
        return { items: [Item.of({ id: 'b' })], next: null, observedAt }
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
  }
}

it('an object that may not be fetched again is rejected, and the others are read', async () => {
  expect(await again(['a', 'c'], { retrieve: refused })).toEqual({ rows: ['c'], rejects: [['a', 'permission_denied']] })
})

it('a refused list of unsettled objects leaves each of them to be fetched by id', async () => {
  expect(await again(['a', 'b', 'c'], { list: refused })).toEqual({ rows: ['a', 'b', 'c'], rejects: [] })
})

it('an error that concerns the account ends the reading', async () => {
  const revoked = new SyncError('reject', 'key_not_accepted', 'x: no', { scope: 'account' })
  await expect(again(['a', 'c'], { retrieve: revoked })).rejects.toBe(revoked)
  await expect(again(['a', 'b', 'c'], { list: revoked })).rejects.toBe(revoked)
})
