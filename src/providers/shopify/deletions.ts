import type { Change, Changes } from '../../provider/contract.ts'
import { dateTime, type Fields, fields, text } from '../../provider/fields.ts'
import { Item } from '../../provider/item.ts'
import { unfiltered } from './answer.ts'
import type { ShopifyConnection } from './connection.ts'
import { listPage } from './list.ts'

/** The resources by what an event calls its subject. A deleted variant is a change of its product. */
const subjects: Readonly<Record<string, string>> = { CUSTOMER: 'customers', ORDER: 'orders', PRODUCT: 'products' }

const document = /* GraphQL */ `query deletions($first: Int!, $after: String, $query: String) {
  events(first: $first, after: $after, query: $query, sortKey: CREATED_AT, reverse: true) {
    nodes { id createdAt action ... on BasicEvent { subjectId subjectType } }
    pageInfo { hasNextPage endCursor }
  }
}`

/** The events of deletions. Everything else that happens is read by the time of the change. */
export const deletions: Changes<ShopifyConnection> = {
  keptDays: 365,
  announced: [],
  mentioned: Object.values(subjects),
  async list(shopify, query) {
    const page = await listPage(shopify, query, {
      document,
      path: ['events'],
      scope: 'read_products',
      always: 'action:destroy',
      terms: { created: 'created_at' },
      createdFilter: { field: 'createdAt', read: dateTime },
    })
    return { ...page, items: page.items.map(deletion) }
  },
  read(event): Change | null {
    const { created, subjectId, subjectType } = fields(event.value())
    const [resource, id] = [subjects[String(subjectType)], text(subjectId)]
    if (resource === undefined || id === null || typeof created !== 'number') return null
    return { resource, id, at: created, gone: true, item: null }
  },
}

/** An event with its second in `created`, where the core reads it. */
function deletion(item: Item): Item {
  const event: Fields = fields(item.value())
  if (event.action !== 'destroy') throw unfiltered('has events other than deletions')
  const time = dateTime(event.createdAt)
  return Item.of({ ...event, ...(time && { created: Math.floor(time.getTime() / 1_000) }) })
}
