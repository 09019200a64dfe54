import { describe, expect, it } from 'vitest'
import { SyncError } from '../../../src/errors.ts'
import { type Advance, advance, type Checkpoint, eventsKnownAfter, plan } from '../../../src/job/state/checkpoint.ts'
import { permissionDenied } from '../../../src/provider/contract.ts'
import { eventsName } from '../../../src/sync/change-feed.ts'

const query = { from: 100, to: null }
const page = (over: Partial<Advance> = {}): Advance => ({
  sliceId: 1,
  query,
  next: 'c1',
  oldest: 900,
  boundary: [],
  observedAt: new Date(1_000_000),
  listed: [],
  nested: [],
  beginsList: false,
  skip: null,
  ...over,
})
const feed = plan([{ resource: { name: eventsName }, since: 100 }])
const events = (...all: (readonly [number, string])[]) => all
const known = (checkpoint: Checkpoint) => eventsKnownAfter(checkpoint)

describe('what the next job knows of the feed', () => {
  it('is nothing before the first page of the feed', () => {
    expect(known(feed)).toBeNull()
    expect(known(advance(feed, page()))).toBeNull()
  })

  it('begins after the last second of a page that another follows, which may go on with it', () => {
    expect(known(advance(feed, page({ events: events([900, 'evt_1']) })))).toEqual({ since: 901, ids: ['evt_1'] })
  })

  it('begins with the window where the last page was read, or where the page has no time', () => {
    expect(known(advance(feed, page({ next: null, events: events([900, 'evt_1']) })))?.since).toBe(100)
    expect(known(advance(feed, page({ oldest: null, events: [] })))?.since).toBe(100)
  })

  it('has each event once, the newest first, over all pages', () => {
    const first = advance(feed, page({ events: events([930, 'evt_3'], [910, 'evt_1']) }))
    const second = advance(first, page({ oldest: 800, events: events([920, 'evt_2'], [910, 'evt_1']) }))
    expect(known(second)).toEqual({ since: 801, ids: ['evt_3', 'evt_2', 'evt_1'] })
  })

  it('is 200 events, and begins after those that do not fit', () => {
    const many = Array.from({ length: 201 }, (_, at): [number, string] => [1_000 - at, `evt_${at}`])
    const full = advance(feed, page({ next: null, events: many.slice(0, 200) }))
    expect(full.seen).toMatchObject({ since: 100, shortenedTo: null })
    const shortened = advance(feed, page({ next: null, events: many }))
    expect(known(shortened)).toEqual({ since: 802, ids: many.slice(0, 200).map(([, id]) => id) })
    const after = advance(advance(feed, page({ events: many })), page({ next: null, events: [] }))
    expect(known(after)?.since).toBe(802)
  })
})

describe('the resources that a job was refused', () => {
  const denied = new SyncError('reject', permissionDenied, 'customers: refused', { scope: 'resource' })
  const reject = (code: string) => ({ resource: 'invoices', itemKey: 'in_1', code, reason: '', payload: '' })

  it('are a list that is skipped, once', () => {
    const two = plan(['customers', 'invoices'].map((name) => ({ resource: { name }, since: 0 })))
    const skipped = advance(two, page({ skip: denied }))
    expect(skipped.refused).toEqual(['customers'])
    expect(skipped.slices.map(({ resource }) => resource)).toEqual(['invoices'])
    expect(advance({ ...two, refused: ['customers'] }, page({ skip: denied })).refused).toEqual(['customers'])
  })

  it('are the resource of an event whose object the key may not read', () => {
    expect(advance(feed, page({ rejects: [reject(permissionDenied)] })).refused).toEqual(['invoices'])
  })

  it('are not one whose object is rejected for another reason, nor one whose list shows the object', () => {
    const invoices = plan([{ resource: { name: 'invoices' }, since: 0 }])
    expect(advance(feed, page({ rejects: [reject('invalid_item')] })).refused).toEqual([])
    expect(advance(invoices, page({ rejects: [reject(permissionDenied)] })).refused).toEqual([])
  })
})

describe('a plan', () => {
  it('reads each part of a list, but objects by id at once', () => {
    const resource = { name: 'payments', parts: ['north', 'south'] }
    const ids = ['pay_1']
    const slices = plan([
      { resource, since: 0 },
      { resource, since: 0, ids },
    ]).slices.map(({ part, ids }) => [part, ids])
    expect(slices).toEqual([
      ['north', undefined],
      ['south', undefined],
      [null, ids],
    ])
  })

  it('says of a slice by which time and which ids it reads, and nothing of others', () => {
    const resource = { name: 'payments' }
    const { version, slices } = plan([
      { resource, since: 5, by: 'updated' },
      { resource, since: 5, from: 2, to: 9 },
    ])
    const start = { resource: 'payments', part: null, cursor: null, position: null, boundary: [] }
    const window = { from: 5, to: 9 }
    expect(version).toBe(2)
    expect(slices).toStrictEqual([
      { id: 1, ...start, by: 'updated', window: { from: 5, to: null }, query: { from: 5, to: null } },
      { id: 2, ...start, window, query: { from: 2, to: 9 }, lookBackTo: 2 },
    ])
  })

  it('takes the days of a window from the filter of the time that it reads by', () => {
    const resource = {
      name: 'payments',
      createdFilter: { field: 'created' },
      updatedFilter: { field: 'updated', maxDays: 1 },
    }
    const windows = (by?: 'updated') =>
      plan([{ resource, since: 0, to: 86_400 * 2, ...(by && { by }) }], {
        mode: 'full',
        note: null,
        now: 86_400 * 2,
      }).slices.map(({ window }) => window)
    expect(windows()).toEqual([{ from: 0, to: 86_400 * 2 }])
    expect(windows('updated')).toEqual([
      { from: 86_400, to: 86_400 * 2 },
      { from: 0, to: 86_400 },
    ])
  })

  it('ends the slice of objects by id with their page, and leaves the others', () => {
    const resource = { name: 'payments' }
    const planned = plan([
      { resource, since: 0 },
      { resource, since: 0, ids: ['pay_1'] },
    ])
    const after = advance(planned, page({ sliceId: 2, next: null, listed: [5] }))
    expect(after).toEqual({ ...planned, slices: planned.slices.slice(0, 1) })
  })
})

describe('the tallies of a page', () => {
  it('are one for the resource and one for each of its nested lists', () => {
    const invoices = plan([{ resource: { name: 'invoices' }, since: 0 }])
    const nested = [
      { resource: 'invoice_lines', created: 900, items: 3 },
      { resource: 'discounts', created: 900, items: 4 },
    ]
    const { tallies } = advance(invoices, page({ listed: [900], nested }))
    expect(tallies).toMatchObject({
      invoices: { until: 1_000, listed: 1, months: { '1970-01': 1 } },
      invoice_lines: { until: 1_000, listed: 3, months: {} },
      discounts: { until: 1_000, listed: 4, months: {} },
    })
  })

  it('of a list that is read as a whole count with its last page', () => {
    const products = plan([{ resource: { name: 'products' }, since: 0 }])
    const begun = advance(products, page({ whole: { begins: true, ends: false }, listed: [1, 2] }))
    expect(begun.tallies).toEqual({})
    const again = advance(begun, page({ whole: { begins: true, ends: false }, listed: [1, 2] }))
    const ended = advance(again, page({ whole: { begins: false, ends: true }, listed: [3] }))
    expect(ended).toMatchObject({ slices: [], tallies: { products: { listed: 3 } } })
  })

  it.each([
    { part: null, since: 0, to: undefined, listed: 2, why: 'a second reading of the only list replaces the first' },
    { part: 'north', since: 0, to: undefined, listed: 9, why: 'parts add up' },
    { part: null, since: 5, to: undefined, listed: 9, why: 'windows add up, the newest too' },
    { part: null, since: 0, to: 900, listed: 9, why: 'windows add up, the oldest too' },
    { part: null, since: 5, to: 900, listed: 9, why: 'windows add up' },
  ])('of such a list: $why', ({ part, since, to, listed }) => {
    const resource = { name: 'transactions', ...(part && { parts: [part] }) }
    const day = plan([{ resource, since, ...(to && { to }) }])
    const before = { ...day, tallies: { transactions: { until: 1_000, listed: 7, months: { '1970-01': 7 } } } }
    const ended = advance(before, page({ whole: { begins: true, ends: true }, listed: [6, 8] }))
    expect(ended.tallies.transactions).toEqual({ until: 1_000, listed, months: { '1970-01': listed } })
  })
})

describe('the note of a job', () => {
  it('has each sentence of a page once', () => {
    const start = plan([{ resource: { name: 'products' }, since: 0 }])
    const first = advance(start, page({ note: 'one' }))
    const second = advance(first, page({ note: 'two' }))
    expect([
      first.note,
      second.note,
      advance(second, page({ note: 'one' })).note,
      advance(second, page()).note,
    ]).toEqual(['one', 'one; two', 'one; two', 'one; two'])
  })
})
