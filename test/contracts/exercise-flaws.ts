import { SyncError } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import type { ListSource, Page, Query, Retrieved } from '../../src/provider/contract.ts'
import { fields } from '../../src/provider/fields.ts'

/** Answers a page of the sound list in another way. */
const listed =
  (other: (page: Page, query: Query, list: ListSource['list']) => Page | Promise<Page>) =>
  (source: ListSource): ListSource => ({
    ...source,
    list: async (query, signal) => other(await source.list(query, signal), query, source.list),
  })
export const failing = (error: () => unknown) => (source: ListSource) => ({
  ...source,
  list: (query: Query, signal: AbortSignal) =>
    source.list(query, signal).catch((thrown: unknown) => {
      throw signal.aborted ? thrown : error()
    }),
})
const retrieved = (other: (answer: Retrieved) => Retrieved) => (source: ListSource) => ({
  ...source,
  retrieve: async (id: string, signal: AbortSignal) => other(await source.retrieve!(id, signal)),
})
const without = (page: Page): Page => ({ ...page, items: page.items.slice(1) })
export const withSecret = new SyncError('reject', 'provider_refused', 'fake: secretsecret', { scope: 'resource' })
const lines = (other: (nested: NonNullable<ListSource['nested']>[number]) => object) => (source: ListSource) => ({
  ...source,
  nested: source.nested!.map((nested) => ({ ...nested, ...other(nested) })),
})
const failureTitle = (kind: string, verdict: string) =>
  `fail with verdict ${verdict} when ${kind}, after one request, in words that hold no key`

type Flaw = (source: ListSource) => ListSource

/** How a list may break each promise. Those of `things` and of `lines_of_ledger`, which has no order. */
export const flaws: Readonly<Record<string, Readonly<Record<string, Flaw>>>> = {
  'come in pages of 7, each exactly once, in their order': {
    'a page lacks an item': listed(without),
    'a page has an item twice': listed((page) => ({ ...page, items: [...page.items, ...page.items.slice(0, 1)] })),
    'a page is in another order': listed((page) => ({ ...page, items: page.items.toReversed() })),
    'the list ends early': listed((page) => ({ ...page, next: null })),
    'the list goes round in circles': listed((page, query, list) =>
      query.cursor ? list({ ...query, cursor: null }, AbortSignal.any([])) : page,
    ),
    'a page asks twice': listed((page, query, list) => list(query, AbortSignal.any([])).then(() => page)),
  },
  'come in the largest pages, each exactly once, in their order': { 'a page lacks an item': listed(without) },
  'can be read on from the cursor of any page': {
    'the second page is another each time': (source) => {
      let calls = 0
      return listed((page, query) => (query.cursor && calls++ % 2 ? without(page) : page))(source)
    },
  },
  'carry the provider’s clock on each page': {
    'a page has the worker’s clock': listed((page) => ({ ...page, observedAt: new Date(0) })),
    'a page is complete up to the future': listed((page) => ({ ...page, completeTo: new Date(8e12) })),
  },
  'are filtered by a window of creation, from its first second up to and without its last': {
    'the filter is ignored': (source) => ({
      ...source,
      list: (query, signal) => source.list(query.window ? { ...query, window: { from: 0, to: null } } : query, signal),
    }),
    'the end belongs to the window': (source) => ({
      ...source,
      list: ({ window, ...query }, signal) =>
        source.list({ ...query, ...(window && { window: { ...window, to: window.to && window.to + 1 } }) }, signal),
    }),
    'the begin does not': (source) => ({
      ...source,
      list: ({ window, ...query }, signal) =>
        source.list({ ...query, ...(window && { window: { ...window, from: window.from + 1 } }) }, signal),
    }),
  },
  'are filtered by a window of change, from its first second up to and without its last': {
    'the window is of creation': (source) => ({
      ...source,
      list: ({ by: _, ...query }, signal) => source.list(query, signal),
    }),
  },
  'show an object that has changed in the window of its change': {
    'the window is of creation': (source) => ({
      ...source,
      list: ({ by: _, ...query }, signal) => source.list(query, signal),
    }),
  },
  'say so where a window holds more than the API gives, so that it is halved': {
    'the refusal is a fault': failing(() => new SyncError('retry', 'provider_unavailable', 'fake: it failed')),
    'the refusal is of the list': failing(
      () => new SyncError('reject', 'provider_refused', 'fake: refused', { scope: 'resource' }),
    ),
  },
  'become rows with the item’s id by a function that is pure': {
    'a row has another id': (source) => ({ ...source, row: withRow(source, (row) => ({ ...row, id: 'x' })) }),
    'a row is another each time': (source) => {
      let calls = 0
      return { ...source, row: withRow(source, (row) => ({ ...row, parentId: String(calls++) })) }
    },
    'a row is stamped': (source) => ({ ...source, row: withRow(source, (row) => ({ ...row, tenantId: 'x' })) }),
  },
  'become rows whatever shape a field has, and throw only where there is no id': {
    'an odd field throws': (source) => ({
      ...source,
      row: withRow(source, (row, item) => ({ ...row, object: (fields(item.value()).status as string).trim() })),
    }),
    'an item without an id has one': (source) => ({
      ...source,
      row: Object.assign((item: Item) => ({ ...source.row(Item.of({ id: 'x' })), id: item.id ?? 'x' }), source.row),
    }),
  },
  'say so where the object a cursor stands for is gone': {
    'the refusal is a fault': (source) => ({
      ...source,
      list: (query, signal) =>
        query.cursor ? Promise.reject(new SyncError('retry', 'internal', 'fake: lost')) : source.list(query, signal),
    }),
  },
  'say so where a cursor is over, or go on where none ever is': {
    'the list ends': (source) => ({
      ...source,
      list: (query, signal) =>
        source.list(query, signal).catch(() => ({ items: [], next: null, observedAt: new Date() })),
    }),
    'the key is taken for refused': failing(
      () => new SyncError('reject', 'key_not_accepted', 'fake: refused', { scope: 'account' }),
    ),
  },
  'go on with a new token where theirs is over in mid-list, or say that it is': {
    'the refusal is of the list': failing(
      () => new SyncError('reject', 'permission_denied', 'fake: no', { scope: 'resource' }),
    ),
    'the list ends': (source) => ({
      ...source,
      list: (query, signal) =>
        source.list(query, signal).catch(() => ({ items: [], next: null, observedAt: new Date() })),
    }),
  },
  'go on behind a page without items': {
    'an empty page ends the list': listed((page) => (page.items.length === 0 ? { ...page, next: null } : page)),
  },
  'are in one part each, and together whole': {
    'a part has items of another': (source) => ({ ...source, partition: { ...source.partition!, column: 'object' } }),
    'there is one part': (source) => ({ ...source, partition: { ...source.partition!, list: async () => ['north'] } }),
  },
  'can be fetched by id, as the list shows them': {
    'the clock is the worker’s': retrieved((answer) => ({ ...answer, observedAt: new Date(0) })),
    'another object comes': retrieved((answer) => ({ ...answer, item: Item.of({ id: 'other' }) })),
    'a field differs': retrieved(({ item, ...answer }) => ({
      ...answer,
      item: item?.withFields({ place: 'x' }) ?? null,
    })),
  },
  'are null by id once they are gone': {
    'the object stays': retrieved((answer) => ({ ...answer, item: answer.item ?? Item.of({ id: 'thing_0' }) })),
  },
  'stay in the list as tombstones once they are gone': {
    'no item is a tombstone': (source) => ({ ...source, gone: () => false }),
  },
  'are listed where they may still change, all of them': {
    'one is missing': (source) => ({
      ...source,
      unsettled: {
        ...(source.unsettled as Exclude<ListSource['unsettled'], string | undefined>),
        list: async (query, signal) =>
          without(
            await (source.unsettled as Exclude<ListSource['unsettled'], string | undefined>).list!(query, signal),
          ),
      },
    }),
  },
  'name objects that exist': {
    'an id is of nothing': (source) => ({ ...source, touched: () => [{ resource: 'things', id: 'unknown' }] }),
    'a resource is unknown': (source) => ({ ...source, touched: () => [{ resource: 'nothing', id: 'thing_1' }] }),
  },
  'have whole objects of other resources in them': {
    'the resource is unknown': (source) => ({ ...source, embeddedItems: () => ({ nothing: [] }) }),
    'an object has no id': (source) => ({ ...source, embeddedItems: () => ({ buyers: [{ item: Item.of({}) }] }) }),
  },
  'have lines, all of them, past those that are embedded': {
    'the rest is left out': lines(({ embedded }) => ({
      embedded: (item: Item) => ({ items: embedded(item)!.items, next: null }),
    })),
    'the rest begins again': lines(({ list }) => ({
      list: (id: string, query: Query, signal: AbortSignal) => list(id, { ...query, cursor: null }, signal),
    })),
  },
  'tell of points on each page if the account is metered in them, and never otherwise': {
    'a page does not': listed(({ allowance: _, ...page }) => page),
    'more is taken than was asked for': listed((page) => ({
      ...page,
      allowance: { ...page.allowance!, actual: 5, requested: 1 },
    })),
  },
  [failureTitle('the key is refused', 'reject')]: { 'the error holds the key': failing(() => withSecret) },
  [failureTitle('the key may not read this', 'reject')]: { 'it is a fault': failing(() => new Error('no')) },
  [failureTitle('too many requests', 'retry')]: { 'it is final': failing(() => withSecret) },
  [failureTitle('the provider fails', 'retry')]: {
    'it is asked again': (source) => ({
      ...source,
      list: (query, signal) => source.list(query, signal).catch(() => source.list(query, signal)),
    }),
  },
  [failureTitle('the answer is no JSON', 'retry')]: { 'it is final': failing(() => withSecret) },
  [failureTitle('the answer ends early', 'retry')]: { 'it is no SyncError': failing(() => new Error('ended')) },
  [failureTitle('the answer is JSON of another shape', 'retry')]: {
    'it is an empty list': (source) => ({
      ...source,
      list: (query, signal) =>
        source.list(query, signal).catch(() => ({ items: [], next: null, observedAt: new Date() })),
    }),
  },
  [failureTitle('the connection is reset', 'retry')]: { 'it is final': failing(() => withSecret) },
  'end with the reason as soon as the call is given up, and are not asked for afterwards': {
    'the call goes on': (source) => ({ ...source, list: (query) => source.list(query, AbortSignal.any([])) }),
  },
  'are whole in the items of other resources': {
    'a row has another id': (source) => ({ ...source, row: withRow(source, (row) => ({ ...row, id: 'x' })) }),
    'another column names it': (source) => ({ ...source, namedBy: { things: 'parentId' } }),
  },
}

function withRow(
  source: ListSource,
  other: (row: Readonly<Record<string, unknown>>, item: Item) => object,
): ListSource['row'] {
  return Object.assign((item: Item) => other(source.row(item), item), source.row) as unknown as ListSource['row']
}
