import type { Operation, SquareRequest } from '../api.ts'
import type { ListItem } from '../collection.ts'
import type { Merchant } from '../merchant.ts'
import { badRequest, notImplemented } from '../refusal.ts'
import {
  jsonBody,
  listOf,
  moment,
  queryShape,
  shape,
  text,
  truth,
  truthText,
  whole,
  wholeText,
  word,
} from '../request-shape.ts'
import type { SquareObject } from '../square-object.ts'
import { checkRange, isWithin, itemsWithin, type TimeRange } from '../time-range.ts'
import { retrieveOperation } from './retrieve.ts'

const range = shape({ start_at: moment, end_at: moment })
const match = shape({ exact: text, fuzzy: text })
const ids = shape({ all: listOf(text), any: listOf(text), none: listOf(text) })
const sortFields = ['DEFAULT', 'CREATED_AT'] as const
const search = shape({
  cursor: text,
  limit: whole,
  count: truth,
  query: shape({
    filter: shape({
      creation_source: shape({ values: listOf(text), rule: word(['INCLUDE', 'EXCLUDE']) }),
      created_at: range,
      updated_at: range,
      email_address: match,
      phone_number: match,
      reference_id: match,
      group_ids: ids,
      segment_ids: ids,
      custom_attribute: shape({ filters: listOf((value) => value) }),
    }),
    sort: shape({ field: word(sortFields), order: word(['ASC', 'DESC']) }),
  }),
})
const list = queryShape({
  cursor: text,
  limit: wholeText,
  count: truthText,
  sort_field: word(sortFields),
  sort_order: word(['ASC', 'DESC']),
})

const unknownFilters = ['creation_source', 'group_ids', 'segment_ids', 'custom_attribute'] as const

type Filter = NonNullable<NonNullable<ReturnType<typeof search>['query']>['filter']>

interface Listing {
  readonly cursor: string | undefined
  readonly limit: number | undefined
  readonly count: boolean | undefined
  readonly filter: Filter
  readonly sort: { readonly field?: (typeof sortFields)[number]; readonly order?: 'ASC' | 'DESC' }
}

/** Whether the end of a range is in it is nowhere said; it is not, which is the harder case for a client. */
export function customerOperations({ collections, pager }: Merchant): readonly Operation[] {
  const { customers } = collections

  function answer(request: SquareRequest, { cursor, limit, count, filter, sort }: Listing) {
    const opened = pager.open(request, cursor, { filter, sort, count })
    for (const name of unknownFilters) if (filter[name]) throw notImplemented(`query.filter.${name}`)
    const { field = 'DEFAULT', order = 'ASC' } = sort
    const by = field === 'CREATED_AT' ? 'created' : 'name'
    const sorted = { by, descending: order === 'DESC' } as const
    const created = rangeOf(filter.created_at, 'query.filter.created_at')
    const updated = rangeOf(filter.updated_at, 'query.filter.updated_at')
    function* items(after: typeof opened.after): Generator<ListItem> {
      const all = (start: typeof after) => customers.list(sorted, start)
      for (const item of by === 'created' ? itemsWithin(all, sorted, created, after) : all(after)) {
        const isInRange =
          (!filter.created_at || isWithin(item, 'created', created)) &&
          (!filter.updated_at || isWithin(item, 'updated', updated))
        if (isInRange && matches(item.object(), filter)) yield item
      }
    }
    const more = count ? { count: [...items(undefined)].length } : {}
    return pager.answer(request, opened, { field: 'customers', limit: pageSize(limit), items, more })
  }

  return [
    {
      method: 'POST',
      path: '/v2/customers/search',
      scope: 'CUSTOMERS_READ',
      isList: true,
      answer(request) {
        const { cursor, limit, count, query = {} } = search(jsonBody(request.body), '')
        return answer(request, { cursor, limit, count, filter: query.filter ?? {}, sort: query.sort ?? {} })
      },
    },
    {
      method: 'GET',
      path: '/v2/customers',
      scope: 'CUSTOMERS_READ',
      isList: true,
      answer(request) {
        const { cursor, limit, count, sort_field: field, sort_order: order } = list(request.query)
        const sort = { ...(field ? { field } : {}), ...(order ? { order } : {}) }
        return answer(request, { cursor, limit, count, filter: {}, sort })
      },
    },
    retrieveOperation(customers, {
      path: '/v2/customers/{id}',
      scope: 'CUSTOMERS_READ',
      field: 'customer',
      called: 'Customer',
    }),
  ]
}

function pageSize(limit = 100): number {
  if (limit < 1) throw badRequest('VALUE_TOO_LOW', '`limit` must be at least 1.', 'limit')
  if (limit > 100) throw badRequest('VALUE_TOO_HIGH', '`limit` must be at most 100.', 'limit')
  return limit
}

function rangeOf(given: ReturnType<typeof range> = {}, field: string): TimeRange {
  return checkRange({ from: given.start_at, to: given.end_at, inclusive: false }, field)
}

function matches(customer: SquareObject, filter: Filter): boolean {
  return (['email_address', 'phone_number', 'reference_id'] as const).every((field) => {
    const { exact, fuzzy } = filter[field] ?? {}
    const value = String(customer[field] ?? '').toLowerCase()
    return (
      (exact === undefined || value === exact.toLowerCase()) &&
      (fuzzy === undefined || value.includes(fuzzy.toLowerCase()))
    )
  })
}
