import { expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import type { ListSource } from '../../src/provider/contract.ts'
import { completeItems } from '../../src/sync/summaries.ts'
import { itemsOf, valuesOf } from '../support/items.ts'

const never = new AbortController().signal

/** What becomes of the summaries a and b, and of one without an id. `of`: facts of their list. */
async function complete(of: Partial<ListSource>) {
  const source = { kind: 'list', name: 'invoices', ...of } as unknown as ListSource
  return valuesOf(await completeItems(source, itemsOf([{ id: 'a' }, { id: 'b' }, {}]), never))
}
const whole = async (id: string) => ({ item: Item.of({ id, lines: 2 }), observedAt: new Date(0) })

it('each summary with an id is replaced by its object', async () => {
  expect(await complete({ listsSummaries: true, retrieve: whole })).toEqual([
    { id: 'a', lines: 2 },
    { id: 'b', lines: 2 },
    {},
  ])
})

it('a list of whole items, or one without a request by id, stays as it is', async () => {
  for (const of of [{ retrieve: whole }, { listsSummaries: true } as const])
    expect(await complete(of)).toEqual([{ id: 'a' }, { id: 'b' }, {}])
})

it('an object that is gone or refused stays a summary, and any other error ends the reading', async () => {
  const gone = async (id: string) => (id === 'a' ? { item: null, observedAt: new Date(0) } : whole(id))
  expect(await complete({ listsSummaries: true, retrieve: gone })).toEqual([{ id: 'a' }, { id: 'b', lines: 2 }, {}])
  const failing = (error: SyncError) => ({
    listsSummaries: true as const,
    retrieve: (id: string) => (id === 'a' ? Promise.reject(error) : whole(id)),
  })
  const refused = new SyncError('reject', 'provider_refused', 'x: no', { scope: 'object' })
  expect(await complete(failing(refused))).toEqual([{ id: 'a' }, { id: 'b', lines: 2 }, {}])
  const account = new SyncError('reject', 'key_not_accepted', 'x: no', { scope: 'account' })
  await expect(complete(failing(account))).rejects.toBe(account)
})
