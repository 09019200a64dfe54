import { expect, test } from 'vitest'
import { inKeyOrder, newestPerKey } from '../../src/db/newest-per-key.ts'

const row = (columns: object, observedAt = new Date(0)) => ({ row: columns, raw: {}, observedAt }) as never

test('rows are in the order of their keys, column by column, and those of one key stay in their order', () => {
  const rows = [
    { id: 'b', part: 'a' },
    { id: 'a-', part: 'a' },
    { id: 'a', part: 'b', first: true },
    { id: 'B', part: 'z' },
    { id: 'a', part: 'b', first: false },
    { id: 'a', part: 'a' },
  ]
  const ordered = inKeyOrder<{ row: unknown } & never>(rows.map((columns) => row(columns)) as never, ['id', 'part'])
  expect(ordered.map(({ row }) => row)).toEqual([
    { id: 'B', part: 'z' },
    { id: 'a', part: 'a' },
    { id: 'a', part: 'b', first: true },
    { id: 'a', part: 'b', first: false },
    { id: 'a-', part: 'a' },
    { id: 'b', part: 'a' },
  ])
})

test('of the rows of one key the newest stays, of equally new ones the later', () => {
  const rows = [
    row({ id: 'a', n: 1 }, new Date(2)),
    row({ id: 'b', n: 2 }, new Date(1)),
    row({ id: 'a', n: 3 }, new Date(1)),
    row({ id: 'b', n: 4 }, new Date(1)),
  ]
  expect(newestPerKey(rows, ['id']).map(({ row }) => row)).toEqual([
    { id: 'a', n: 1 },
    { id: 'b', n: 4 },
  ])
})

test('a key of several columns is one where all of them are the same', () => {
  const rows = [row({ id: 'a', part: 'b' }), row({ id: 'a', part: 'c' }), row({ id: 'a', part: 'b' })]
  expect(newestPerKey(rows, ['id', 'part'])).toHaveLength(2)
})

test('a row that a list showed stays listed, whichever of the two is newer, and one that none showed stays inside its item', () => {
  const [listed, inside] = [
    { id: 'a', inline: false },
    { id: 'a', inline: true },
  ]
  const both = (first: object, second: object) => newestPerKey([row(first), row(second, new Date(1))], ['id'])[0]?.row
  expect(both(listed, inside)).toEqual({ id: 'a', inline: false })
  expect(both(inside, listed)).toEqual({ id: 'a', inline: false })
  expect(both(inside, inside)).toEqual({ id: 'a', inline: true })
  expect(both({ id: 'a' }, { id: 'a' })).toEqual({ id: 'a' })
})
