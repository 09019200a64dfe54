import { expect, test } from 'vitest'
import type { ListSource } from '../../src/provider/contract.ts'
import { countListed } from '../../src/sync/listed.ts'

const orders = { name: 'orders', createdFilter: {}, nested: [{ name: 'order_lines' }] } as unknown as ListSource

const content = (...parents: readonly (readonly [string, number])[]) =>
  ({
    rows: parents.map(([id]) => ({ resource: 'orders', row: { id, createdAt: new Date(7_000) } })),
    rejects: [],
    childSets: parents.map(([parentId, lines]) => ({
      resource: 'order_lines',
      parentId,
      ids: Array.from({ length: lines }, (_, n) => `${parentId}_${n}`),
    })),
  }) as unknown as Parameters<typeof countListed>[1]

test('the nested list of a parent that an earlier page had is marked: it was counted then', () => {
  expect(countListed(orders, content(['a', 2], ['b', 3]), new Set(['a']))).toEqual({
    nested: [
      { resource: 'order_lines', created: 7, items: 2, relisted: true },
      { resource: 'order_lines', created: 7, items: 3 },
    ],
  })
})

test('a nested list whose parent is not of the page is not counted: it came with an object that another item names', () => {
  const { rows, ...lists } = content(['a', 2], ['b', 3])
  expect(countListed(orders, { ...lists, rows: rows.slice(0, 1) }, new Set()).nested).toHaveLength(1)
})
