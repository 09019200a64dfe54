import { describe, expect, it } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import { SyncError } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import type { Change, ChangeSource, ListSource, Page, Window } from '../../src/provider/contract.ts'
import { dateTime, fields, id, text } from '../../src/provider/fields.ts'
import { backfill } from '../../src/sync/backfill.ts'
import { eventsName, eventsSource } from '../../src/sync/change-feed.ts'
import { createLimiter } from '../../src/sync/limiter.ts'
import type { Source } from '../../src/sync/source.ts'
import { itemsOf } from '../support/items.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { now as fakeNow } from './created-seconds.ts'
import { createFakeList } from './fake-list.ts'

const never = new AbortController().signal
const now = 9_000

/** What the feed says, in short: a customer under that id, as `old`. */
interface Event extends Partial<Omit<Change, 'item'>> {
  readonly item?: object | null
  readonly id: string
  readonly at: number
  readonly name?: string
}

/** The feed's source over customers, of which the provider now has `current`, and invoices with lines. */
/** Answered after everything that happens here. */
const page = (shared: readonly number[] = []) => ({
  pageSize: 100,
  shared: new Set(shared),
  answeredAt: new Date(1_000_000),
})

function setup(current: Readonly<Record<string, string | null>> = {}, more: Partial<ListSource> = {}) {
  const retrieved: string[] = []
  const bare: ListSource = {
    kind: 'list',
    name: 'customers',
    table: customers,
    list: () => Promise.reject(new Error('not asked')),
    row: (item) => ({ id: id(item.value()), name: text(fields(item.value()).name) }),
  }
  const source: ListSource = {
    ...bare,
    async retrieve(objectId) {
      retrieved.push(objectId)
      const name = current[objectId] ?? null
      return { item: name === null ? null : Item.of({ id: objectId, name }), observedAt: new Date(now * 1_000) }
    },
    ...more,
  }
  const lines = {
    name: 'invoice_lines',
    table: customers,
    parent: 'invoice',
    embedded: () => ({ items: [], next: null }),
    list: () => Promise.reject(new Error('not asked')),
    row: bare.row,
  }
  const invoices: ListSource = { ...bare, name: 'invoices', nested: [lines] }
  const feed: ChangeSource = {
    keptDays: 30,
    announced: ['customers', 'invoices'],
    list: () => Promise.reject(new Error('not asked')),
    read: (event) => {
      const { item, ...change } = event.value() as Change
      return fields(event.value()).nothing ? null : { ...change, item: item === null ? null : Item.of(item) }
    },
  }
  const events = eventsSource(feed, [source, invoices])
  return {
    retrieved,
    feed,
    events,
    sources: [source, invoices],
    async apply(happened: readonly Event[], shared: readonly number[] = []) {
      const changes = happened.map(eventOf)
      const content = await events.expand(itemsOf(changes), page(shared), never)
      return {
        rows: [
          ...content.rows.map(({ resource, row, observedAt, deleted }) =>
            [resource, row.id, fields(row).name, observedAt.getTime() / 1_000, ...(deleted ? ['deleted'] : [])].join(
              ' ',
            ),
          ),
          ...(content.gone ?? []).map(({ resource, id: gone, observedAt }) =>
            [resource, gone, '(columns kept)', observedAt.getTime() / 1_000, 'deleted'].join(' '),
          ),
        ],
        rejects: content.rejects,
        childSets: content.childSets,
      }
    },
  }
}

const eventOf = ({ name = 'old', gone = false, resource = 'customers', ...event }: Event) => ({
  resource,
  gone,
  item: { id: event.id, name },
  ...event,
})

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

interface Reading extends Pick<Parameters<typeof backfill>[0], 'pageSize' | 'clock' | 'onSplit'> {
  readonly window: Window
  readonly perSecond: number
}

/** Reads the feed, the last of these sources, in this window. */
function readAll(sources: readonly Source[], { window, perSecond, clock, ...options }: Reading) {
  const slice = { id: 1, resource: eventsName, part: null, window, query: window, position: null }
  const limiter = createLimiter({ perSecond, concurrency: 9 }, clock)
  return backfill({
    slices: [{ ...slice, cursor: null, boundary: [] }],
    sources,
    limiters: () => [limiter],
    pagesAhead: 9,
    pagesPerBatch: 9,
    gatherMs: 0,
    clock,
    drainSignal: never,
    abortSignal: never,
    since: async () => 0,
    onFailure() {},
    ...options,
  })
}

describe('read page by page', () => {
  async function readFeed(pages: readonly (readonly [number, number])[], endsWithSecond: boolean) {
    const { retrieved, feed, sources } = setup({ c: 'now', d: 'now' })
    const clock = createVirtualClock()
    const happened = ['a9', 'b8', 'c7', 'd7', 'e6', 'f5'].map((item) => ({
      ...eventOf({ id: item[0]!, at: Number(item[1]) }),
      created: Number(item[1]),
    }))
    const list: ListSource['list'] = async ({ cursor }): Promise<Page> => {
      const turn = cursor === null ? 0 : Number(cursor)
      const [from, to] = pages[turn]!
      return {
        items: itemsOf(happened.slice(from, to)),
        next: turn < 2 ? String(turn + 1) : null,
        endsWithSecond,
        observedAt: new Date(now * 1_000),
      }
    }
    const events = eventsSource({ ...feed, list }, sources)
    const all = { from: 0, to: null }
    const batches = readAll([...sources, events], { window: all, perSecond: 100, pageSize: 2, clock, onSplit() {} })
    const rows: string[] = []
    for await (const { pages } of batches)
      for (const page of pages) {
        expect(page.proven).toBeNull()
        rows.push(...page.rows.map(({ row, observedAt }) => `${row.id} ${observedAt.getTime() / 1_000}`))
      }
    return { retrieved: retrieved.toSorted(), rows }
  }

  it('objects are asked for only where a second is on two pages', async () => {
    const pages = [
      [0, 3],
      [3, 5],
      [5, 6],
    ] as const
    const { retrieved, rows } = await readFeed(pages, false)
    // Second 7 is on the first two of three pages. e6 ends the second page, and f5 the list: whether more of second 6
    // follows is not known before the third page.
    expect(retrieved).toEqual(['c', 'd', 'e'])
    expect(rows).toEqual(['a 9', 'b 8', 'c 9000', 'd 9000', 'e 9000', 'f 5'])
  })

  it('and not where each page has all of its last second', async () => {
    const pages = [
      [0, 2],
      [2, 4],
      [4, 6],
    ] as const
    const { retrieved, rows } = await readFeed(pages, true)
    expect(retrieved).toEqual([])
    expect(rows).toEqual(['a 9', 'b 8', 'c 7', 'd 7', 'e 6', 'f 5'])
  })

  it.each([
    { pages: 10, splits: 0 },
    { pages: 60, splits: 3 },
  ])('a feed of $pages pages that come in a burst is split at most $splits times', async ({ pages, splits }) => {
    const { feed, sources } = setup()
    const clock = createVirtualClock()
    // Ten a second, in the end of a window of an hour.
    const seconds = Array.from({ length: pages * 100 }, (_, n) => fakeNow - Math.floor(n / 10) - 1)
    const fake = createFakeList(seconds, { clock, latencyMs: 200 })
    const read: ChangeSource['read'] = (event) => {
      const { id: objectId, created } = fields(event.value())
      return { resource: 'customers', id: String(objectId), at: Number(created), gone: false, item: event }
    }
    const retrieve: ListSource['retrieve'] = async (objectId) => ({
      item: Item.of({ id: objectId }),
      observedAt: new Date(fakeNow * 1_000),
    })
    const customersSource = { ...sources[0]!, retrieve }
    const events = eventsSource({ ...feed, list: fake.source.list, read }, [customersSource])
    const window = { from: fakeNow - 3_600, to: null }
    let splitsMade = 0
    const batches = readAll([customersSource, events], {
      window,
      perSecond: 25,
      pageSize: 100,
      clock,
      onSplit() {
        splitsMade++
      },
    })
    const ids = new Set<unknown>()
    const take = async () => {
      for await (const batch of batches)
        for (const read of batch.pages) for (const { row } of read.rows) ids.add(row.id)
    }
    await clock.run(take())
    expect(ids.size).toBe(pages * 100)
    expect(splitsMade).toBeLessThanOrEqual(splits)
    expect(fake.requests.length).toBeLessThanOrEqual(pages * 1.05)
  })
})
