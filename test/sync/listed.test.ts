import { expect, test } from 'vitest'
import type { ListSource } from '../../src/provider/contract.ts'
import { countListed, idsListed, rowsOfPart } from '../../src/sync/listed.ts'

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

const before = (...ids: readonly string[]) => ({ known: new Set(ids), isAgain: false })

test('the nested list of a parent that an earlier page had is marked: it was counted then', () => {
  expect(countListed(orders, content(['a', 2], ['b', 3]), before('a'))).toEqual({
    nested: [
      { resource: 'order_lines', created: 7, items: 2, relisted: true },
      { resource: 'order_lines', created: 7, items: 3 },
    ],
  })
})

test('a nested list whose parent is not of the page is not counted: it came with an object that another item names', () => {
  const { rows, ...lists } = content(['a', 2], ['b', 3])
  expect(countListed(orders, { ...lists, rows: rows.slice(0, 1) }, before()).nested).toHaveLength(1)
})

test('an item of a list without a time counts once, though two pages show it', () => {
  const { createdFilter: _, ...untimed } = orders
  expect(countListed(untimed, content(['a', 2], ['b', 3]), before('a')).listed).toEqual([7])
})

test('nested lists count anew when their list is read again, though its first page has no items', () => {
  const { createdFilter: _, ...untimed } = orders
  expect(countListed(untimed, content(), { known: new Set(), isAgain: true })).toEqual({
    nested: [{ resource: 'order_lines', created: null, items: 0 }],
    listed: [],
  })
})

test('rejected items of the list count in second 0, and those of another list not at all', () => {
  const { createdFilter: _, ...untimed } = orders
  const rejects = [{ resource: 'orders' }, { resource: 'orders' }, { resource: 'customers' }]
  expect(countListed(untimed, { ...content(['a', 2]), rejects } as never, before()).listed).toEqual([7, 0, 0])
})

test('the ids of a list’s pages are those of its own items, without nested and embedded ones', () => {
  const rows = [
    { resource: 'orders', row: { id: 'a' } },
    { resource: 'order_lines', row: { id: 'a_0' } },
    { resource: 'orders', embedded: true, row: { id: 'b' } },
  ]
  expect(idsListed(orders, [{ rows }] as never)).toEqual(['a'])
})

test('a part of a list has the rows of its values, and a list without parts all', () => {
  const inParts = { ...orders, partition: { column: 'locationId' } } as unknown as ListSource
  expect(rowsOfPart(inParts, 'L1,L2')).toEqual({ column: 'locationId', values: ['L1', 'L2'] })
  expect(rowsOfPart(inParts, null)).toBeNull()
  expect(rowsOfPart(orders, 'L1')).toBeFalsy()
})
