import { expect, test } from 'vitest'
import { inKeyOrder } from '../../src/db/newest-per-key.ts'

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
