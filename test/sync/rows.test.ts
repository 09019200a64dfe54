import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import type { Item } from '../../src/json/item.ts'
import { fields, id, text } from '../../src/provider/fields.ts'
import { mapItems, mergeContents, noContent, rejectItem } from '../../src/sync/rows.ts'
import { itemsOf, valuesOf } from '../support/items.ts'

const observedAt = new Date('2026-01-01T00:00:00Z')
const stamp = { resource: 'customers', table: customers, observedAt }
const mapping = { ...stamp, row: (item: Item) => ({ id: id(item.value()), email: text(fields(item.value()).email) }) }
const why = { code: 'invalid_item', reason: 'no' }
const sha256 = (payload: string) => createHash('sha256').update(payload).digest('hex')

describe('mapItems', () => {
  it('maps each item, with its payload as it came and the moment it was observed', () => {
    const items = [{ id: 'a', email: 'a@example.com', more: [1] }, { id: 'b' }]
    const mapped = mapItems(itemsOf(items), mapping)
    expect({ ...mapped, items: valuesOf(mapped.items) }).toEqual({
      rows: [
        { ...stamp, row: { id: 'a', email: 'a@example.com' }, raw: items[0] },
        { ...stamp, row: { id: 'b', email: null }, raw: items[1] },
      ],
      items,
      rejects: [],
      drifts: [],
    })
    expect(mapped.rows[0]?.raw).toBe(items[0])
  })

  it('leaves no column to Postgres where an item has fields that stand outside of its payload', () => {
    const row = Object.assign((item: Item) => mapping.row(item), { paths: { email: [['email']] } })
    const [item] = itemsOf([{ id: 'a' }])
    const extended = item!.withFields({ email: 'b@example.com' }).withId('b')
    const { rows } = mapItems([item!, extended], { ...mapping, row })
    expect(rows.map(({ row, paths, extended = false }) => ({ row, paths, extended }))).toEqual([
      { row: { id: 'a', email: null }, paths: row.paths, extended: false },
      { row: { id: 'a', email: 'b@example.com' }, paths: undefined, extended: true },
    ])
  })

  it('leaves no column to Postgres where one of them is not of its kind: it would be read otherwise there', () => {
    const map = (item: Item, drift?: (column: string) => void) => {
      if (item.id === 'b') drift?.('email')
      return mapping.row(item)
    }
    const row = Object.assign(map, { paths: { email: [['email']] } })
    const mapped = mapItems(itemsOf([{ id: 'a' }, { id: 'b' }]), { ...mapping, row })
    expect(mapped.rows.map(({ paths }) => paths)).toEqual([row.paths, undefined])
    expect(mapped.drifts).toEqual([{ resource: 'customers', column: 'email' }])
    expect(mapItems(itemsOf([{ id: 'a' }]), mapping).rows.some((mapped) => 'paths' in mapped)).toBe(false)
  })

  it('puts aside what cannot be mapped, and the others go on', () => {
    const { rows, rejects } = mapItems(itemsOf([{ id: 'a' }, { id: 7 }, null, 'text', { id: 'b' }]), mapping)
    expect(rows.map(({ row }) => row.id)).toEqual(['a', 'b'])
    expect(rejects).toEqual(
      [{ id: 7 }, null, 'text'].map((item) => ({
        resource: 'customers',
        itemKey: sha256(JSON.stringify(item)),
        code: 'invalid_item',
        reason: 'item: its id is not text. Look at its payload, and report a bug if that is right.',
        payload: JSON.stringify(item),
      })),
    )
  })

  const unusable: Readonly<Record<string, string>> = {
    'that is empty': '',
    'with NUL': 'cus_\u0000',
    'with half a surrogate pair': 'cus_\ud800',
    'longer than an index takes': 'x'.repeat(1_025),
    'longer in bytes than an index takes': 'ü'.repeat(600),
  }
  for (const [title, bad] of Object.entries(unusable))
    it(`puts aside an id ${title}`, () => {
      const { rows, rejects } = mapItems(itemsOf([{ id: bad }]), mapping)
      expect(rows).toEqual([])
      expect(rejects).toEqual([
        {
          resource: 'customers',
          itemKey: sha256(JSON.stringify({ id: bad })),
          code: 'invalid_item',
          reason:
            'item: its id is not well-formed text of 1 to 1024 bytes. Look at its payload, and report a bug if that is right.',
          payload: JSON.stringify({ id: bad }),
        },
      ])
    })

  it('takes the longest id there may be', () => {
    expect(mapItems(itemsOf([{ id: 'x'.repeat(1_024) }]), mapping).rejects).toEqual([])
  })

  it('puts aside an item whose row function throws anything at all', () => {
    const throwing = {
      ...stamp,
      row() {
        throw 'a string'
      },
    }
    expect(mapItems(itemsOf([{ id: 'a' }]), throwing).rejects).toEqual([
      {
        resource: 'customers',
        itemKey: 'a',
        code: 'invalid_item',
        reason: 'item: its fields cannot be read. Look at its payload, and report a bug if that is right.',
        payload: '{"id":"a"}',
      },
    ])
  })
})

describe('rejectItem', () => {
  it('is keyed by the id where that is usable, so that the latest try of an item wins', () => {
    expect(rejectItem('customers', { id: 'cus_1', x: 1 }, why)).toEqual({
      resource: 'customers',
      itemKey: 'cus_1',
      ...why,
      payload: '{"id":"cus_1","x":1}',
    })
  })

  it('is keyed by its payload otherwise, the same each time', () => {
    expect(rejectItem('customers', { x: 1 }, why).itemKey).toBe(sha256('{"x":1}'))
    expect(rejectItem('customers', undefined, why)).toMatchObject({
      itemKey: sha256('undefined'),
      payload: 'undefined',
    })
  })

  it('keeps 64 Ki characters of the payload', () => {
    const item = { id: 'a', long: 'x'.repeat(100_000) }
    expect(rejectItem('customers', item, why).payload).toBe(JSON.stringify(item).slice(0, 65_536))
  })

  it('survives what JSON cannot write', () => {
    let deep: unknown = 'end'
    for (let n = 0; n < 20_000; n++) deep = [deep]
    expect(rejectItem('customers', { id: 'a', deep }, why).payload).toBe('(nested too deep to be written as JSON)')
  })
})

it('the parts of a page are one, and say of gone objects only where there are some', () => {
  const gone = [{ id: 'a', resource: 'customers', table: customers, observedAt }]
  expect(mergeContents([noContent, noContent])).toStrictEqual(noContent)
  expect(mergeContents([noContent, { ...noContent, gone }, { ...noContent, gone }]).gone).toEqual([...gone, ...gone])
})
