import { type Answer, found, listed } from './answer.ts'
import type { Collection } from './collection.ts'
import type { Call } from './endpoints.ts'
import { type ListCall, parseListing } from './listing.ts'
import { findRow, type Nested, type NestedName, nested, rowsIn } from './nested-lists.ts'
import { missing, missingParameter } from './refusal.ts'
import type { StripeObject } from './resource.ts'
import { resources } from './resources/index.ts'
import type { ByResource, ResourceName } from './resources/names.ts'
import type { Route } from './route.ts'

/** Answers for the lists that belong to one object. */
export function createRows(live: ByResource<Collection>, idOf: (name: ResourceName, n: number) => string) {
  return {
    list(route: Extract<Route, { kind: 'rows' }>, { query, caller, visit, failure }: Call): Answer {
      const { of, object, at }: Nested = nested[route.name]
      const parameter = 'parameter' in at ? at.parameter : undefined
      const parent = route.parent ?? query.get(parameter ?? '')
      if (!parent) throw missingParameter(parameter ?? 'id')
      const rows = rowsIn(live, route.name, parent, caller.livemode)
      if (!rows) throw missing(parameter ? 400 : 404, resources[of].object, parent, parameter ?? 'id')

      const shape = {
        object,
        createdFilter: false,
        filters: parameter === undefined ? {} : { [parameter]: () => true },
        expandable: { price: () => ({}), discounts: () => ({}) },
      }
      const listing = parseListing(query, shape, (id) => rows.some((row) => row.id === id))
      if (failure?.kind === 'empty-more') return listed(visit.seen.path, '[]', true)
      const { startingAfter, ...fromTheTop } = listing
      const { data, more } = pageOf(rows, failure?.kind === 'same-page' ? fromTheTop : listing)
      const shown = failure?.kind === 'items' ? failure.items(structuredClone(data)) : data
      const hasMore = more || failure?.kind === 'same-page'
      return listed(visit.seen.path, typeof shown === 'string' ? shown : JSON.stringify(shown), hasMore)
    },
    retrieve(name: NestedName, id: string, { caller }: Call): Answer {
      const row = findRow(live, { name, id, idOf, livemode: caller.livemode })
      if (!row) throw missing(404, nested[name].object, id, 'id')
      return found(row)
    },
  }
}

function pageOf(rows: readonly StripeObject[], { limit, startingAfter, endingBefore }: ListCall) {
  const at = (id: string) => rows.findIndex((row) => row.id === id)
  if (endingBefore !== undefined) {
    const before = rows.slice(0, at(endingBefore))
    return { data: before.slice(-limit), more: before.length > limit }
  }
  const after = rows.slice(startingAfter === undefined ? 0 : at(startingAfter) + 1)
  return { data: after.slice(0, limit), more: after.length > limit }
}
