import { describe, expect, it } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import { SyncError } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import type { ListSource } from '../../src/provider/contract.ts'
import { dateTime } from '../../src/provider/fields.ts'
import { eventsSource } from '../../src/sync/change-feed.ts'
import { itemsOf } from '../support/items.ts'
import { type Event, eventOf, never, now, page, setup } from './change-feed-setup.ts'

it('a feed says where its events have their time; `created` has it otherwise', () => {
  const { feed, events, sources } = setup()
  expect(events.createdFilter).toEqual({ field: 'created' })
  const createdFilter = { field: 'occurred_at', read: dateTime }
  expect(eventsSource({ ...feed, createdFilter }, sources).createdFilter).toEqual(createdFilter)
})

describe('what a page of events comes to', () => {
  it('is the latest picture of each object, whatever the order in which events arrive', async () => {
    const happened = [
      { id: 'a', at: 7, name: 'third' },
      { id: 'b', at: 6 },
      { id: 'a', at: 5, name: 'second' },
      { id: 'a', at: 2, name: 'first' },
    ]
    for (const order of [happened, happened.toReversed(), [happened[2]!, happened[0]!, happened[3]!, happened[1]!]]) {
      const { apply, retrieved } = setup()
      const { rows } = await apply(order)
      expect(rows.toSorted()).toEqual(['customers a third 7', 'customers b old 6'])
      expect(retrieved).toEqual([])
    }
  })

  it('leaves the time of a change with rows that are equal already, but not with embedded ones', async () => {
    const { events } = setup({}, { embeddedItems: () => ({ invoices: [{ item: Item.of({ id: 'inside' }) }] }) })
    const changes = [eventOf({ id: 'a', at: 7 }), eventOf({ id: 'b', at: 6, gone: true })]
    const { rows } = await events.expand(itemsOf(changes), page(), never)
    expect(rows.map(({ row, dated }) => [row.id, dated])).toEqual([
      ['a', true],
      ['inside', undefined],
      ['b', true],
    ])
  })

  it('leaves the time of a change with rows of a resource that has no list of its own', async () => {
    const { feed, sources } = setup({}, { embeddedItems: () => ({ invoices: [{ item: Item.of({ id: 'inside' }) }] }) })
    const [source, invoices] = sources as [ListSource, ListSource]
    const events = eventsSource(feed, [source, { ...invoices, derivedFrom: ['customers'] }])
    const { rows } = await events.expand(itemsOf([eventOf({ id: 'a', at: 7 })]), page(), never)
    expect(rows.map(({ row, derived, dated }) => [row.id, derived, dated])).toEqual([
      ['a', undefined, true],
      ['inside', true, true],
    ])
  })

  it('tells objects of two resources with the same id apart', async () => {
    const { apply } = setup()
    const { rows } = await apply([
      { id: 'a', at: 7 },
      { id: 'a', at: 6, resource: 'invoices' },
    ])
    expect(rows).toEqual(['customers a old 7', 'invoices a old 6'])
  })

  it('leaves out what is about nothing that is kept, and resources the provider does not have', async () => {
    const { events, apply } = setup()
    const result = await events.expand(itemsOf([{ nothing: true }]), page(), never)
    expect(result).toEqual({ rows: [], rejects: [], childSets: [], drifts: [], events: [] })
    expect((await apply([{ id: 'a', at: 7, resource: 'weather' }])).rows).toEqual([])
  })

  it('of an object that cannot be kept is put aside', async () => {
    const { apply } = setup()
    const { rows, rejects } = await apply([
      { id: 'a', at: 7, item: { id: 5 } },
      { id: 'b', at: 7 },
    ])
    expect(rows).toEqual(['customers b old 7'])
    expect(rejects).toMatchObject([{ resource: 'customers', code: 'invalid_item' }])
  })
})

describe('the object is asked for as it is now', () => {
  const cases: Readonly<Record<string, readonly [happened: readonly Event[], shared?: readonly number[]]>> = {
    'where two events are of one second': [
      [
        { id: 'a', at: 7, name: 'one' },
        { id: 'a', at: 7, name: 'other' },
      ],
    ],
    'where three events are of one second': [[7, 7, 7].map((at) => ({ id: 'a', at }))],
    'where another page may have more events of that second': [[{ id: 'a', at: 7 }], [7]],
    'where the event shows it in a shape that is not ours': [[{ id: 'a', at: 7, item: null }]],
    'where an update and its deletion are of one second, in either order': [
      [
        { id: 'a', at: 7 },
        { id: 'a', at: 7, gone: true },
      ],
    ],
  }
  for (const [title, [happened, shared]] of Object.entries(cases))
    for (const order of [happened, happened.toReversed()]) {
      it(`${title}: it is there`, async () => {
        const { apply, retrieved } = setup({ a: 'now' })
        expect((await apply(order, shared)).rows).toEqual([`customers a now ${now}`])
        expect(retrieved).toEqual(['a'])
      })

      it(`${title}: it is gone`, async () => {
        const { apply, retrieved } = setup({ a: null })
        expect((await apply(order, shared)).rows).toMatchObject([expect.stringMatching(/^customers a .*9000 deleted$/)])
        expect(retrieved).toEqual(['a'])
      })
    }

  it('once, and not where a later event says it all', async () => {
    const { apply, retrieved } = setup({ a: 'now' })
    const { rows } = await apply(
      [
        { id: 'a', at: 8, name: 'later' },
        { id: 'a', at: 7 },
        { id: 'a', at: 7 },
        { id: 'a', at: 5, item: null },
      ],
      [5, 7],
    )
    expect([rows, retrieved]).toEqual([['customers a later 8'], []])
  })

  it('and where the provider has no way to ask, that is a breach of contract', async () => {
    const { apply } = setup()
    await expect(apply([{ id: 'a', at: 7, resource: 'invoices', item: null }])).rejects.toMatchObject({
      verdict: 'reject',
      code: 'provider_contract',
    })
  })

  it('and where the key may not ask, that one is put aside and the others are applied', async () => {
    const denied = new SyncError('reject', 'permission_denied', 'x: the key may not read this', { scope: 'resource' })
    const { apply } = setup({}, { retrieve: () => Promise.reject(denied) })
    const { rows, rejects } = await apply([
      { id: 'a', at: 7, item: null },
      { id: 'b', at: 7 },
    ])
    expect(rows).toEqual(['customers b old 7'])
    expect(rejects).toEqual([
      {
        resource: 'customers',
        itemKey: 'a',
        code: 'permission_denied',
        reason: 'x: the key may not read this',
        payload: '{"id":"a"}',
      },
    ])
  })

  it('and any other error ends the reading', async () => {
    const broken = new SyncError('retry', 'provider_unavailable', 'x: fails')
    const { apply } = setup({}, { retrieve: () => Promise.reject(broken) })
    await expect(apply([{ id: 'a', at: 7, item: null }])).rejects.toBe(broken)
  })
})

describe('an object that is gone', () => {
  it('is marked with the second of its event, with what it last was', async () => {
    const { apply, retrieved } = setup()
    const { rows } = await apply([
      { id: 'a', at: 7, name: 'last', gone: true },
      { id: 'a', at: 5, name: 'before' },
    ])
    expect([rows, retrieved]).toEqual([['customers a last 7 deleted'], []])
  })

  it('and was made again under its id is there', async () => {
    const { apply } = setup()
    const { rows } = await apply([
      { id: 'a', at: 9, name: 'again' },
      { id: 'a', at: 7, gone: true },
    ])
    expect(rows).toEqual(['customers a again 9'])
  })

  it('and of which no snapshot is ours keeps its columns', async () => {
    const { apply } = setup({ a: null })
    expect((await apply([{ id: 'a', at: 7, item: null }])).rows).toEqual([`customers a (columns kept) ${now} deleted`])
  })

  it('leaves nothing of its nested lists', async () => {
    const { apply } = setup()
    const { childSets } = await apply([{ id: 'in_1', at: 7, resource: 'invoices', gone: true }])
    expect(childSets).toEqual([
      {
        resource: 'invoice_lines',
        table: customers,
        parent: 'invoice',
        parentId: 'in_1',
        parentTable: customers,
        ids: [],
        observedAt: new Date(7_000),
      },
    ])
  })

  it('in a second that other pages share, and cannot be asked for, is gone', async () => {
    const { apply } = setup()
    const { rows } = await apply([{ id: 'in_1', at: 7, resource: 'invoices', gone: true }], [7])
    expect(rows).toEqual(['invoices in_1 old 7 deleted'])
  })
})
