import { createCursors } from '../server/cursors.ts'
import type { Visit } from '../server/traffic.ts'
import { accountOf } from './account.ts'
import { type Answer, found, listed } from './answer.ts'
import type { Caller } from './caller.ts'
import type { Collection } from './collection.ts'
import type { Failure } from './failure.ts'
import { parseExpand, parseListing } from './listing.ts'
import { createRows } from './nested-endpoints.ts'
import { missing, missingScope, unknownUrl } from './refusal.ts'
import type { Resource, StripeObject } from './resource.ts'
import { resources } from './resources/index.ts'
import type { ByResource, ResourceName } from './resources/names.ts'
import type { Route } from './route.ts'

/** A request that was let in. */
export interface Call {
  readonly route: Route
  readonly query: URLSearchParams
  readonly caller: Caller
  readonly visit: Visit
  readonly failure: Failure | undefined
}

interface Data {
  readonly collections: ByResource<Collection>
  readonly idOf: (name: ResourceName, n: number) => string
  readonly account: { readonly id: string; readonly created: number }
  readonly restrictedAccount: boolean
}

/** Answers from the data, or throws a refusal. */
export function createEndpoints({ collections, idOf, account: own, restrictedAccount }: Data): (call: Call) => Answer {
  const cursors = createCursors()
  const rows = createRows(collections, idOf)

  function account({ caller }: Call): Answer {
    if (restrictedAccount && caller.restricted) throw missingScope(caller.key, 'accounts_kyc_basic')
    return found(accountOf(caller, own))
  }

  function retrieve(name: ResourceName, id: string, { query, caller }: Call): Answer {
    const expand = parseExpand(query, resources[name])
    const object = collections[name].retrieve(id, caller.livemode)
    if (!object) throw missing(404, resources[name].object, id, 'id')
    return found(object.deleted ? object : expanded(object, resources[name], expand))
  }

  function list(name: ResourceName, { query, caller, visit, failure }: Call): Answer {
    const { path, createdFilter = true } = resources[name]
    const exists = (id: string) => typeof collections[name].find(id) === 'object'
    const listing = parseListing(query, { ...resources[name], createdFilter }, exists)
    if (cursors.misused(caller.tenant, path, listing)) {
      visit.misused()
      return listed(path, '[]', false)
    }
    if (failure?.kind === 'empty-more') return listed(path, '[]', true)
    const { startingAfter, ...fromTheTop } = listing
    const { items, hasMore } = collections[name].page(failure?.kind === 'same-page' ? fromTheTop : listing)
    const last = items.at(-1)
    if (last) cursors.handedOut(caller.tenant, path, listing, last.id)
    const more = hasMore || failure?.kind === 'same-page'
    if (listing.expand.length === 0 && failure?.kind !== 'items')
      return listed(path, joined(items.map((item) => collections[name].json(item, caller.livemode))), more)

    const objects = items.map((item) =>
      expanded(collections[name].object(item, caller.livemode), resources[name], listing.expand),
    )
    const data = failure?.kind === 'items' ? failure.items(structuredClone(objects)) : objects
    return listed(path, typeof data === 'string' ? data : JSON.stringify(data), more)
  }

  function expanded(object: StripeObject, { expandable }: Resource, fields: readonly string[]): StripeObject {
    return Object.assign({ ...object }, ...fields.map((field) => expandable[field]?.(object, collections)))
  }

  return (call) => {
    const { route, visit } = call
    switch (route.kind) {
      case 'account':
        return account(call)
      case 'object':
        return retrieve(route.name, route.id, call)
      case 'list':
        return list(route.name, call)
      case 'rows':
        return rows.list(route, call)
      case 'row':
        return rows.retrieve(route.name, route.id, call)
      case 'unknown':
        throw unknownUrl(visit.seen.method, visit.seen.path)
    }
  }
}

/** JSON texts as a JSON array. */
function joined(texts: readonly Buffer[]): Buffer {
  const parts = texts.flatMap((text, index) => (index === 0 ? [text] : [comma, text]))
  return Buffer.concat([Buffer.from('['), ...parts, Buffer.from(']')])
}

const comma = Buffer.from(',')
