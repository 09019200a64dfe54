import { expect, test } from 'vitest'
import { openQuarantine } from '../../../src/job/commit/quarantine.ts'
import { at, open, rowOf, rows } from './write-setup.ts'

test('listed rows are fetched: new, changed and unchanged ones', async () => {
  const { commit } = await open()
  const first = rows(...['a', 'b', 'c', 'd'].map((id) => rowOf('customers', id, 1)))
  expect(await commit(first)).toEqual({ customers: { fetched: 4, created: 4 } })
  const second = rows(
    rowOf('customers', 'a', 1),
    rowOf('customers', 'b', 1),
    rowOf('customers', 'c', 2),
    rowOf('customers', 'e', 1),
  )
  expect(await commit(second)).toEqual({ customers: { fetched: 4, created: 1, updated: 1, unchanged: 2 } })
})

test('rows that were asked for by id are not fetched', async () => {
  const { commit } = await open()
  await commit(rows(rowOf('customers', 'a', 1), rowOf('customers', 'b', 1)))
  const retrieved = ['a', 'b', 'c'].map((id) => rowOf('customers', id, id === 'a' ? 1 : 2, { askedById: true }))
  expect(await commit(rows(...retrieved))).toEqual({ customers: { created: 1, updated: 1 } })
})

test('derived rows are fetched where they are new or have changed', async () => {
  const { commit } = await open()
  const derived = (id: string, value: number) => rowOf('customers', id, value, { derived: true })
  await commit(rows(derived('a', 1), derived('b', 1)))
  const counted = await commit(rows(derived('a', 1), derived('b', 2), derived('c', 1), derived('d', 1)))
  expect(counted).toEqual({ customers: { fetched: 3, created: 2, updated: 1 } })
})

test('a derived row keeps the latest time at which it was seen, and an older snapshot does not replace it', async () => {
  const { commit, query } = await open()
  const seen = (observed: number, value: number) =>
    rows(rowOf('customers', 'a', value, { derived: true, dated: true, observed }))
  await commit(seen(1, 1))
  expect(await commit(seen(9, 1))).toEqual({ customers: {} })
  expect(await commit(seen(5, 2))).toEqual({ customers: {} })
  expect(await query(`select observed_at, raw ->> 'value' as value from customers`)).toEqual([
    { observed_at: at(9), value: '1' },
  ])
})

test('an embedded row is written if there is none, and a listed one of the same commit wins', async () => {
  const { commit, query } = await open()
  const embedded = (id: string, value: number) =>
    rowOf('prices', id, value, { embedded: true, columns: { inline: true } })
  const listed = rowOf('prices', 'a', 1, { columns: { inline: false } })
  expect(await commit(rows(embedded('a', 7), embedded('b', 7), listed))).toEqual({ prices: { fetched: 2, created: 2 } })
  expect(await commit(rows(embedded('a', 8), embedded('b', 8)))).toEqual({ prices: {} })
  expect(await query(`select id, raw ->> 'value' as value, inline from prices order by id`)).toEqual([
    { id: 'a', value: '1', inline: false },
    { id: 'b', value: '7', inline: true },
  ])
})

test('a deletion counts once: a change of what is deleted already is an update', async () => {
  const { commit, live } = await open()
  await commit(rows(rowOf('customers', 'a', 1), rowOf('customers', 'b', 1)))
  const gone = (id: string, value: number, observed: number) =>
    rowOf('customers', id, value, { deleted: true, observed })
  expect(await commit(rows(gone('a', 1, 6), gone('never seen', 1, 6)))).toEqual({ customers: { deleted: 2 } })
  expect(await commit(rows(gone('a', 2, 7), gone('b', 1, 7)))).toEqual({ customers: { deleted: 1, updated: 1 } })
  expect(await live('customers')).toEqual([])
})

for (const rowsPerStatement of [1, 2, 3, 100])
  test(`rows are written in the order of their keys, byte by byte, in statements of ${rowsPerStatement}: two writers never deadlock`, async () => {
    const { commit, query } = await open()
    const ids = ['d', 'B', 'a', 'C', 'c', 'A', 'b']
    await commit(rows(...ids.map((id) => rowOf('customers', id, 1))), { rowsPerStatement })
    const places = await query('select id from customers order by ctid')
    expect(places.map(({ id }) => id)).toEqual(['A', 'B', 'C', 'a', 'b', 'c', 'd'])
  })

test.each([1, 2, 3, 4, 5, 7])('statements of %i rows write them all', async (rowsPerStatement) => {
  const { commit, live } = await open()
  const ids = ['a', 'b', 'c', 'd']
  const counted = await commit(rows(...ids.map((id) => rowOf('customers', id, 1))), { rowsPerStatement })
  expect(counted).toEqual({ customers: { fetched: 4, created: 4 } })
  expect(await live('customers')).toEqual(ids)
})

test('an item that could not be read is fetched and rejected, and one that Postgres refuses is, too', async () => {
  const { commit, query } = await open()
  await query(`alter table customers add constraint mine check (raw ->> 'value' <> 'no')`)
  await commit(rows(rowOf('customers', 'a', 1), rowOf('customers', 'b', 1)))
  const reject = { resource: 'customers', itemKey: 'x', code: 'invalid_item', reason: 'item: no', payload: '{}' }
  const content = {
    ...rows(
      rowOf('customers', 'a', 1),
      rowOf('customers', 'b', 2),
      rowOf('customers', 'c', 1),
      rowOf('customers', 'd', 'no'),
    ),
    rejects: [reject],
  }
  const quarantine = { ...openQuarantine(), isolate: true }
  expect(await commit(content, { quarantine })).toEqual({
    customers: { fetched: 5, created: 1, updated: 1, unchanged: 1, rejected: 2 },
  })
  const kept = () => query('select item_key, code from sync_rejects order by item_key')
  expect(await kept()).toEqual([
    { item_key: 'd', code: '23514' },
    { item_key: 'x', code: 'invalid_item' },
  ])
  // Stored by now, and looked for only where there may be rejects.
  await commit(rows(rowOf('customers', 'd', 1)))
  expect(await kept()).toHaveLength(2)
  await commit(rows(rowOf('customers', 'd', 1)), { mayHaveRejects: true })
  expect(await kept()).toEqual([{ item_key: 'x', code: 'invalid_item' }])
})

test('a refused row that is embedded or deleted is rejected, and nothing is counted below zero', async () => {
  const { commit, query } = await open()
  await query(`alter table prices add constraint mine check (raw ->> 'value' <> 'no')`)
  const embedded = ['a', 'b'].map((id) =>
    rowOf('prices', id, id === 'a' ? 'no' : 1, { embedded: true, columns: { inline: true } }),
  )
  const deleted = rowOf('prices', 'c', 'no', { deleted: true })
  const quarantine = { ...openQuarantine(), isolate: true }
  expect(await commit(rows(...embedded, deleted), { quarantine })).toEqual({
    prices: { fetched: 2, created: 1, rejected: 2 },
  })
})
