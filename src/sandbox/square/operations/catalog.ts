import { objectAnswer } from '../answer.ts'
import type { Operation } from '../api.ts'
import type { ListItem } from '../collection.ts'
import type { Merchant } from '../merchant.ts'
import { badRequest, notFound, notImplemented } from '../refusal.ts'
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
} from '../request-shape.ts'
import { comparePositions } from '../sort-order.ts'
import { sortValue } from '../sort-value.ts'
import { fieldOf } from '../square-object.ts'
import { timestamp } from '../timestamps.ts'

const search = shape({
  cursor: text,
  object_types: listOf(text),
  include_deleted_objects: truth,
  include_related_objects: truth,
  begin_time: moment,
  query: shape({}),
  limit: whole,
  include_category_path_to_root: truth,
})
const retrieve = queryShape({
  include_related_objects: truthText,
  catalog_version: wholeText,
  include_category_path_to_root: truthText,
})

const mostInPage = 1_000
/** What a search without types returns. Variations belong to their plan and have to be asked for. */
const defaultTypes = ['SUBSCRIPTION_PLAN']

/** Subscription plans and their variations; the merchant sells nothing else through its catalog. */
export function catalogOperations({ collections, pager }: Merchant): readonly Operation[] {
  const { plans, variations } = collections
  const order = { by: 'id', descending: false } as const

  function latest(): number {
    const newest = [plans, variations].map((collection) => {
      for (const item of collection.list({ by: 'updated', descending: true })) return Number(item.position.key)
      return 0
    })
    return Math.max(...newest)
  }

  return [
    {
      method: 'POST',
      path: '/v2/catalog/search',
      scope: 'ITEMS_READ',
      isList: true,
      answer(request) {
        const { cursor, limit = mostInPage, ...parameters } = search(jsonBody(request.body), '')
        const { object_types = defaultTypes, include_deleted_objects = false, begin_time = 0 } = parameters
        if (include_deleted_objects && parameters.include_category_path_to_root)
          throw badRequest('CONFLICTING_PARAMETERS', 'Deleted objects have no path.', 'include_deleted_objects')
        if (parameters.include_related_objects) throw notImplemented('include_related_objects')
        const list = pager.open(request, cursor, parameters)
        const collectionsAsked = [
          ...(object_types.includes('SUBSCRIPTION_PLAN') ? [plans] : []),
          ...(object_types.includes('SUBSCRIPTION_PLAN_VARIATION') ? [variations] : []),
        ]
        const items = (after: typeof list.after): ListItem[] =>
          collectionsAsked
            .flatMap((collection) => [...collection.list(order, after)])
            .sort((a, b) => comparePositions(a.position, b.position))
            .filter((item) => {
              const object = item.object()
              const updated = sortValue(object, 'updated')
              // The time is exclusive.
              const isNewer = begin_time === 0 || (typeof updated === 'number' && updated > begin_time)
              return isNewer && (include_deleted_objects || object.is_deleted !== true)
            })
        const size = limit < 1 || limit > mostInPage ? mostInPage : limit
        const more = { latest_time: timestamp(latest()) }
        return pager.answer(request, list, { field: 'objects', limit: size, items, more })
      },
    },
    {
      method: 'GET',
      path: '/v2/catalog/object/{id}',
      scope: 'ITEMS_READ',
      isList: false,
      answer({ query }, id) {
        const { include_related_objects = false, catalog_version } = retrieve(query)
        if (catalog_version !== undefined) throw notImplemented('catalog_version')
        const object = plans.retrieve(id) ?? variations.retrieve(id)
        if (!object || object.is_deleted === true) throw notFound('Catalog object', id)
        const planId = fieldOf(object.subscription_plan_variation_data, 'subscription_plan_id')
        const plan = include_related_objects && typeof planId === 'string' ? plans.retrieve(planId) : undefined
        return objectAnswer({ object, ...(plan ? { related_objects: [plan] } : {}) })
      },
    },
  ]
}
