import { customers } from '../../src/db/schema.ts'
import { Item } from '../../src/json/item.ts'
import type { Change, ChangeSource, ListSource } from '../../src/provider/contract.ts'
import { fields, id, text } from '../../src/provider/fields.ts'
import { eventsSource } from '../../src/sync/change-feed.ts'
import { itemsOf } from '../support/items.ts'

export const never = new AbortController().signal
export const now = 9_000

/** What the feed says, in short: a customer under that id, as `old`. */
export interface Event extends Partial<Omit<Change, 'item'>> {
  readonly item?: object | null
  readonly id: string
  readonly at: number
  readonly name?: string
}

/** The feed's source over customers, of which the provider now has `current`, and invoices with lines. */
/** Answered after everything that happens here. */
export const page = (shared: readonly number[] = []) => ({
  pageSize: 100,
  shared: new Set(shared),
  answeredAt: new Date(1_000_000),
})

export function setup(current: Readonly<Record<string, string | null>> = {}, more: Partial<ListSource> = {}) {
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

export const eventOf = ({ name = 'old', gone = false, resource = 'customers', ...event }: Event) => ({
  resource,
  gone,
  item: { id: event.id, name },
  ...event,
})
