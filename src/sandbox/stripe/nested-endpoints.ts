import type { HttpAnswer } from '../server/answer.ts'
import { listAnswer, objectAnswer } from './answer.ts'
import type { StripeRequest } from './api.ts'
import type { Collection } from './collection.ts'
import { type ListCall, parseListing } from './listing.ts'
import { findNestedRow, type NestedList, type NestedName, nestedLists, nestedRows } from './nested-lists.ts'
import { missing, missingParameter } from './refusal.ts'
import type { StripeObject } from './resource.ts'
import { resources } from './resources/index.ts'
import type { ByResource, ResourceName } from './resources/names.ts'
import type { Route } from './route.ts'

/** Answers for the lists that belong to one object. */
export function createNestedEndpoints(live: ByResource<Collection>, idOf: (name: ResourceName, n: number) => string) {
  return {
    list(route: Extract<Route, { kind: 'rows' }>, { query, caller, visit, failure }: StripeRequest): HttpAnswer {
      const { parent, object, location }: NestedList = nestedLists[route.name]
      const parameter = 'parameter' in location ? location.parameter : undefined
      const parentId = route.parentId ?? query.get(parameter ?? '')
      if (!parentId) throw missingParameter(parameter ?? 'id')
      const rows = nestedRows(live, route.name, parentId, caller.livemode)
      if (!rows) throw missing(parameter ? 400 : 404, resources[parent].object, parentId, parameter ?? 'id')

      const shape = {
        object,
        createdFilter: false,
        filters: parameter === undefined ? {} : { [parameter]: () => true },
        expandable: { price: () => ({}), discounts: () => ({}) },
      }
      const listing = parseListing(query, shape, (id) => rows.some((row) => row.id === id))
      if (failure?.kind === 'empty-more') return listAnswer(visit.seen.path, '[]', true)
      const { startingAfter, ...firstPage } = listing
      const { data, more } = pageOf(rows, failure?.kind === 'same-page' ? firstPage : listing)
      const shown = failure?.kind === 'items' ? failure.items(structuredClone(data)) : data
      const hasMore = more || failure?.kind === 'same-page'
      return listAnswer(visit.seen.path, typeof shown === 'string' ? shown : JSON.stringify(shown), hasMore)
    },
    retrieve(name: NestedName, id: string, { caller }: StripeRequest): HttpAnswer {
      const row = findNestedRow(live, { name, id, idOf, livemode: caller.livemode })
      if (!row) throw missing(404, nestedLists[name].object, id, 'id')
      return objectAnswer(row)
    },
  }
}

function pageOf(rows: readonly StripeObject[], { limit, startingAfter, endingBefore }: ListCall) {
  const indexOf = (id: string) => rows.findIndex((row) => row.id === id)
  if (endingBefore !== undefined) {
    const before = rows.slice(0, indexOf(endingBefore))
    return { data: before.slice(-limit), more: before.length > limit }
  }
  const after = rows.slice(startingAfter === undefined ? 0 : indexOf(startingAfter) + 1)
  return { data: after.slice(0, limit), more: after.length > limit }
}
