import type { HttpAnswer } from '../server/answer.ts'
import { createCursors } from '../server/cursors.ts'
import { type AccountIdentity, accountOf } from './account.ts'
import { failureAnswer, listAnswer, objectAnswer } from './answer.ts'
import type { StripeRequest } from './api.ts'
import type { Collection } from './collection.ts'
import { parseExpand, parseListing } from './listing.ts'
import { createNestedEndpoints } from './nested-endpoints.ts'
import { missing, missingScope, unknownUrl } from './refusal.ts'
import type { Resource, StripeObject } from './resource.ts'
import { resources } from './resources/index.ts'
import type { ByResource, ResourceName } from './resources/names.ts'
import { permissionObject } from './route.ts'

interface AccountData {
  readonly collections: ByResource<Collection>
  readonly idOf: (name: ResourceName, n: number) => string
  readonly account: AccountIdentity
  readonly restrictedAccount: boolean
}

/** Answers from the data, or as a failure says; throws a refusal. */
export function createEndpoints(data: AccountData): (request: StripeRequest) => HttpAnswer {
  const { collections, idOf, restrictedAccount } = data
  const cursors = createCursors()
  const nested = createNestedEndpoints(collections, idOf)

  function account({ caller }: StripeRequest): HttpAnswer {
    if (restrictedAccount && caller.restricted) throw missingScope(caller.key, 'accounts_kyc_basic')
    return objectAnswer(accountOf(caller, data.account))
  }

  function retrieve(name: ResourceName, id: string, { query, caller }: StripeRequest): HttpAnswer {
    const expand = parseExpand(query, resources[name])
    const object = collections[name].retrieve(id, caller.livemode)
    if (!object) throw missing(404, resources[name].object, id, 'id')
    return objectAnswer(object.deleted ? object : expanded(object, resources[name], expand))
  }

  function list(name: ResourceName, { query, caller, visit, failure }: StripeRequest): HttpAnswer {
    const { path, createdFilter = true } = resources[name]
    const exists = (id: string) => typeof collections[name].find(id) === 'object'
    const listing = parseListing(query, { ...resources[name], createdFilter }, exists)
    if (cursors.isMisused(caller.accountKey, path, listing)) {
      visit.cursorMisused()
      return listAnswer(path, '[]', false)
    }
    if (failure?.kind === 'empty-more') return listAnswer(path, '[]', true)
    const { startingAfter, ...firstPage } = listing
    const { items, hasMore } = collections[name].page(failure?.kind === 'same-page' ? firstPage : listing)
    const last = items.at(-1)
    if (last) cursors.issue(caller.accountKey, path, listing, last.id)
    const more = hasMore || failure?.kind === 'same-page'
    if (listing.expand.length === 0 && failure?.kind !== 'items')
      return listAnswer(path, jsonArray(items.map((item) => collections[name].json(item, caller.livemode))), more)

    const objects = items.map((item) =>
      expanded(collections[name].object(item, caller.livemode), resources[name], listing.expand),
    )
    const shown = failure?.kind === 'items' ? failure.items(structuredClone(objects)) : objects
    return listAnswer(path, typeof shown === 'string' ? shown : JSON.stringify(shown), more)
  }

  function expanded(object: StripeObject, { expandable }: Resource, fields: readonly string[]): StripeObject {
    return Object.assign({ ...object }, ...fields.map((field) => expandable[field]?.(object, collections)))
  }

  function fromData(request: StripeRequest): HttpAnswer {
    const { route, visit } = request
    switch (route.kind) {
      case 'account':
        return account(request)
      case 'object':
        return retrieve(route.name, route.id, request)
      case 'list':
        return list(route.name, request)
      case 'rows':
        return nested.list(route, request)
      case 'row':
        return nested.retrieve(route.name, route.id, request)
      case 'unknown':
        throw unknownUrl(visit.seen.method, visit.seen.path)
    }
  }

  return (request) => {
    const { failure, caller, route } = request
    return (failure && failureAnswer(failure, caller, permissionObject(route))) ?? fromData(request)
  }
}

function jsonArray(texts: readonly Buffer[]): Buffer {
  const parts = texts.flatMap((text, index) => (index === 0 ? [text] : [comma, text]))
  return Buffer.concat([Buffer.from('['), ...parts, Buffer.from(']')])
}

const comma = Buffer.from(',')
