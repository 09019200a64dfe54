import { objectAnswer } from '../answer.ts'
import type { Operation } from '../api.ts'
import type { ListItem } from '../collection.ts'
import { knownLocation, type Merchant } from '../merchant.ts'
import { badRequest, notImplemented } from '../refusal.ts'
import { jsonBody, listOf, moment, required, shape, text, truth, whole, word } from '../request-shape.ts'
import { fieldOf, type SquareObject } from '../square-object.ts'
import { checkRange, itemsWithin, type TimeRange } from '../time-range.ts'
import { retrieveOperation } from './retrieve.ts'

const range = shape({ start_at: moment, end_at: moment })
const sortFields = ['CREATED_AT', 'UPDATED_AT', 'CLOSED_AT'] as const
const search = shape({
  location_ids: listOf(text, 10),
  cursor: text,
  limit: whole,
  return_entries: truth,
  query: shape({
    filter: shape({
      state_filter: shape({ states: listOf(word(['OPEN', 'COMPLETED', 'CANCELED', 'DRAFT'])) }),
      date_time_filter: shape({ created_at: range, updated_at: range, closed_at: range }),
      fulfillment_filter: shape({ fulfillment_types: listOf(text), fulfillment_states: listOf(text) }),
      source_filter: shape({ source_names: listOf(text, 10) }),
      customer_filter: shape({ customer_ids: listOf(text, 10) }),
    }),
    sort: shape({ sort_field: word(sortFields), sort_order: word(['ASC', 'DESC']) }),
  }),
})
const batch = shape({ location_id: text, order_ids: listOf(text, 100) })

type Search = ReturnType<typeof search>
type Filter = NonNullable<NonNullable<Search['query']>['filter']>
const sortKeys = { CREATED_AT: 'created', UPDATED_AT: 'updated', CLOSED_AT: 'closed' } as const
const rangeFields = { CREATED_AT: 'created_at', UPDATED_AT: 'updated_at', CLOSED_AT: 'closed_at' } as const

export function orderOperations({ collections, data, pager }: Merchant): readonly Operation[] {
  const { orders } = collections
  return [
    {
      method: 'POST',
      path: '/v2/orders/search',
      scope: 'ORDERS_READ',
      isList: true,
      answer(request) {
        const { cursor, limit = 500, ...parameters } = search(jsonBody(request.body), '')
        const locations = required(parameters.location_ids, 'location_ids')
        if (locations.length === 0) throw badRequest('ARRAY_EMPTY', '`location_ids` is empty.', 'location_ids')
        for (const id of locations) knownLocation(data, id, 'location_ids')
        if (limit < 1) throw badRequest('VALUE_TOO_LOW', '`limit` must be at least 1.', 'limit')
        if (limit > 1_000) throw badRequest('VALUE_TOO_HIGH', '`limit` must be at most 1000.', 'limit')
        const { filter = {}, sort = {} } = parameters.query ?? {}
        const { sort_field = 'CREATED_AT', sort_order = 'DESC' } = sort
        if (filter.fulfillment_filter) throw notImplemented('query.filter.fulfillment_filter')
        const list = pager.open(request, cursor, parameters)
        const within = rangeOf(filter, sort_field, list.began)
        const order = { by: sortKeys[sort_field], descending: sort_order === 'DESC' }
        function* items(after: typeof list.after): Generator<ListItem> {
          for (const item of itemsWithin((start) => orders.list(order, start), order, within, after))
            if (locations.includes(item.location ?? '') && matches(item, filter)) yield item
        }
        const entries = parameters.return_entries === true
        const shown = entries ? { field: 'order_entries', shown: entryOf } : { field: 'orders' }
        return pager.answer(request, list, { ...shown, limit, items })
      },
    },
    {
      method: 'POST',
      path: '/v2/orders/batch-retrieve',
      scope: 'ORDERS_READ',
      isList: false,
      answer({ body }) {
        const { location_id, order_ids } = batch(jsonBody(body), '')
        const batchOrders = required(order_ids, 'order_ids')
          .map((id) => orders.retrieve(id))
          .filter((order) => order && (location_id === undefined || order.location_id === location_id))
        return objectAnswer(batchOrders.length > 0 ? { orders: batchOrders } : {})
      },
    },
    retrieveOperation(orders, { path: '/v2/orders/{id}', scope: 'ORDERS_READ', field: 'order', called: 'Order' }),
  ]
}

/** At most one range, and of the moment that the list is sorted by. Both ends are in it. */
function rangeOf({ date_time_filter = {} }: Filter, sorted: (typeof sortFields)[number], began: number): TimeRange {
  const given = Object.keys(date_time_filter)
  const field = rangeFields[sorted]
  if (given.length > 1)
    throw badRequest('BAD_REQUEST', 'Only one time range can be filtered for.', 'query.filter.date_time_filter')
  if (given.some((name) => name !== field))
    throw badRequest('BAD_REQUEST', `\`sort_field\` must match the filter of \`${given[0]}\`.`, 'query.sort.sort_field')
  const timeRange = date_time_filter[field]
  if (!timeRange) return { inclusive: true }
  // An open end is the moment of the first request.
  const { start_at, end_at = began } = timeRange
  return checkRange({ from: start_at, to: end_at, inclusive: true }, `query.filter.date_time_filter.${field}`)
}

function matches(item: ListItem, { state_filter, source_filter, customer_filter }: Filter): boolean {
  if (!state_filter && !source_filter && !customer_filter) return true
  const { state, source, customer_id } = item.object()
  const allows = (values: readonly string[] | undefined, value: unknown) => !values || values.includes(String(value))
  return (
    allows(state_filter?.states, state) &&
    allows(source_filter?.source_names, fieldOf(source, 'name')) &&
    allows(customer_filter?.customer_ids, customer_id)
  )
}

const entryOf = ({ id, version, location_id }: Partial<SquareObject>) => ({ order_id: id, version, location_id })
