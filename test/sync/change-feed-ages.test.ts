import { expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import type { ListSource } from '../../src/provider/contract.ts'
import { eventsSource } from '../../src/sync/change-feed.ts'
import type { EventsBefore } from '../../src/sync/source.ts'
import { itemsOf } from '../support/items.ts'
import { type Event, eventOf, never, now, page, setup } from './change-feed-setup.ts'

/** The job follows customers from second 100 and invoices from 200, and remembers what was applied since 50. */
const before: EventsBefore = { starts: { customers: 100, invoices: 200 }, since: 50, ids: new Set(['evt_known']) }

interface Happened extends Event {
  /** Its own id. */
  readonly event?: string
}

/** What a page of these events comes to. */
async function apply(happened: readonly Happened[], facts: EventsBefore | undefined, more: Partial<ListSource> = {}) {
  const { feed, sources, retrieved } = setup({ a: 'now', b: 'now' }, more)
  const read = (event: Item) => {
    const { item, ...change } = (event.value() as { readonly change: ReturnType<typeof eventOf> }).change
    return { ...change, item: Item.of(item) }
  }
  const events = eventsSource({ ...feed, read }, sources)
  const items = itemsOf(happened.map(({ event = null, ...change }) => ({ id: event, change: eventOf(change) })))
  const content = await events.expand(items, { ...page(), before: facts }, never)
  return {
    rows: content.rows.map(({ resource, row, observedAt }) => `${resource} ${row.id} ${observedAt.getTime() / 1_000}`),
    retrieved,
    events: content.events,
  }
}

it('an event from the second that a resource is followed from is applied as it is', async () => {
  expect(await apply([{ id: 'a', at: 100, event: 'evt_1' }], before)).toEqual({
    rows: ['customers a 100'],
    retrieved: [],
    events: [[100, 'evt_1']],
  })
})

it('an event of a second before is late: its object is fetched, and the event counts as applied', async () => {
  for (const at of [99, 50])
    expect(await apply([{ id: 'a', at, event: 'evt_1' }], before)).toEqual({
      rows: [`customers a ${now}`],
      retrieved: ['a'],
      events: [[at, 'evt_1']],
    })
})

it('an event without an id that is late is applied each time, and remembered never', async () => {
  expect(await apply([{ id: 'a', at: 99 }], before)).toEqual({
    rows: [`customers a ${now}`],
    retrieved: ['a'],
    events: [],
  })
})

it('an event that was applied changes nothing, and stays remembered', async () => {
  expect(await apply([{ id: 'a', at: 99, event: 'evt_known' }], before)).toEqual({
    rows: [],
    retrieved: [],
    events: [[99, 'evt_known']],
  })
})

it('an applied event of a resource that this job does not read stays remembered as well', async () => {
  const event = { id: 'a', at: 99, event: 'evt_known', resource: 'weather' }
  expect((await apply([event], before)).events).toEqual([[99, 'evt_known']])
})

it('an event from before all that is remembered changes nothing', async () => {
  expect(await apply([{ id: 'a', at: 49, event: 'evt_1' }], before)).toEqual({ rows: [], retrieved: [], events: [] })
})

it('a resource that is not followed yet counts from the earliest second of all', async () => {
  const event = { id: 'a', at: 100, event: 'evt_1' }
  expect((await apply([event], { ...before, starts: { invoices: 200, prices: 150 } })).retrieved).toEqual(['a'])
  expect((await apply([event], { ...before, starts: { invoices: 200, prices: 100 } })).retrieved).toEqual([])
})

it('an event of the second of its answer is believed, and one of a later second is not', async () => {
  expect((await apply([{ id: 'a', at: 1_000, event: 'evt_1' }], undefined)).retrieved).toEqual([])
  expect(await apply([{ id: 'a', at: 1_001, event: 'evt_1' }], undefined)).toMatchObject({
    rows: [`customers a ${now}`],
    retrieved: ['a'],
  })
})

it('an event of a resource that this job does not read is not remembered: the next job applies it', async () => {
  const events = [
    { id: 'a', at: 100, event: 'evt_1', resource: 'weather' },
    { id: 'a', at: 101, event: 'evt_2' },
  ]
  expect((await apply(events, before)).events).toEqual([[101, 'evt_2']])
})

it('an event whose object is refused is not remembered', async () => {
  const denied = new SyncError('reject', 'permission_denied', 'x: no', { scope: 'resource' })
  const retrieve = (id: string) =>
    id === 'a' ? Promise.reject(denied) : Promise.resolve({ item: null, observedAt: new Date(now * 1_000) })
  const events = [
    { id: 'a', at: 99, event: 'evt_1' },
    { id: 'b', at: 99, event: 'evt_2' },
  ]
  expect((await apply(events, before, { retrieve })).events).toEqual([[99, 'evt_2']])
})
