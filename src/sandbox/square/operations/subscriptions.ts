import { objectAnswer } from '../answer.ts'
import type { Operation } from '../api.ts'
import type { ListItem } from '../collection.ts'
import { knownLocation, type Merchant } from '../merchant.ts'
import { badRequest, notFound } from '../refusal.ts'
import { jsonBody, listOf, queryShape, shape, text, whole, word } from '../request-shape.ts'
import { type Fields, fieldOf } from '../square-object.ts'

const search = shape({
  cursor: text,
  limit: whole,
  query: shape({
    filter: shape({ customer_ids: listOf(text), location_ids: listOf(text), source_names: listOf(text) }),
  }),
  include: listOf(word(['actions'])),
})
const retrieve = queryShape({ include: word(['actions']) })

/** The specification names no page size; a hundred is an assumption. */
const mostInPage = 100

/** By location, then oldest first. There are no times to filter by, so a list is always read whole. */
export function subscriptionOperations({ collections, data, pager }: Merchant): readonly Operation[] {
  const { subscriptions } = collections
  const order = { by: 'location', descending: false } as const
  return [
    {
      method: 'POST',
      path: '/v2/subscriptions/search',
      scope: 'SUBSCRIPTIONS_READ',
      isList: true,
      answer(request) {
        const { cursor, limit = mostInPage, ...parameters } = search(jsonBody(request.body), '')
        if (limit < 1) throw badRequest('VALUE_TOO_LOW', '`limit` must be at least 1.', 'limit')
        const { customer_ids, location_ids, source_names } = parameters.query?.filter ?? {}
        for (const id of location_ids ?? []) knownLocation(data, id, 'query.filter.location_ids')
        const list = pager.open(request, cursor, parameters)
        function* items(after: typeof list.after): Generator<ListItem> {
          for (const item of subscriptions.list(order, after)) {
            if (location_ids && !location_ids.includes(item.location ?? '')) continue
            const { customer_id, source } = item.object()
            if (customer_ids && !customer_ids.includes(String(customer_id))) continue
            if (!source_names || source_names.includes(String(fieldOf(source, 'name')))) yield item
          }
        }
        const shown = parameters.include?.includes('actions') ? (subscription: Fields) => subscription : withoutActions
        const size = Math.min(limit, mostInPage)
        return pager.answer(request, list, { field: 'subscriptions', limit: size, items, shown })
      },
    },
    {
      method: 'GET',
      path: '/v2/subscriptions/{id}',
      scope: 'SUBSCRIPTIONS_READ',
      isList: false,
      answer({ query }, id) {
        const { include } = retrieve(query)
        const subscription = subscriptions.retrieve(id)
        if (!subscription) throw notFound('Subscription', id)
        return objectAnswer({ subscription: include ? subscription : withoutActions(subscription) })
      },
    },
  ]
}

const withoutActions = ({ actions, ...subscription }: Fields) => subscription
