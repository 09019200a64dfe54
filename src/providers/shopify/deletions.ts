import type { Change, Changes } from '../../provider/contract.ts'
import { dateTime, fields, text } from '../../provider/fields.ts'
import { unfiltered } from './answer.ts'
import type { ShopifyConnection } from './connection.ts'
import { listPage } from './list.ts'
import { createdAt } from './resource.ts'

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
  createdFilter: createdAt,
  async list(shopify, query) {
    const page = await listPage(shopify, query, {
      name: 'events',
      document,
      path: ['events'],
      scope: 'read_products',
      always: 'action:destroy',
      terms: { created: 'created_at' },
      createdFilter: createdAt,
    })
    if (page.items.some((event) => fields(event.value()).action !== 'destroy'))
      throw unfiltered('has events other than deletions')
    return page
  },
  read(event): Change | null {
    const { createdAt: at, subjectId, subjectType } = fields(event.value())
    const [resource, id, time] = [subjects[String(subjectType)], text(subjectId), dateTime(at)]
    if (resource === undefined || id === null || time === null) return null
    return { resource, id, at: Math.floor(time.getTime() / 1_000), gone: true, item: null }
  },
}
