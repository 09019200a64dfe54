import type { AdmittedRequest, Api } from '../server/request-listener.ts'
import type { Caller } from './caller.ts'
import type { Failure } from './failure.ts'

export interface Route {
  readonly kind: 'list' | 'token' | 'bulk' | 'unknown'
  readonly endpoint: string
  /** The version in the path, or the name of the file. */
  readonly name: string
}

export type ShopifyApi = Api<Route, Caller, Failure>
/** A request to Shopify's API that was authenticated. */
export type ShopifyRequest = AdmittedRequest<Route, Caller, Failure>

/** All queries are sent to one path; tokens and the results of bulk operations are at others. */
export function routeOf(method: string, path: string): Route {
  const version = /^\/admin\/api\/([^/]+)\/graphql\.json$/.exec(path)?.[1]
  if (method === 'POST' && version !== undefined) return { kind: 'list', endpoint: 'POST graphql.json', name: version }
  const file = /^\/bulk\/([\w.-]+)$/.exec(path)?.[1]
  if (method === 'GET' && file !== undefined) return { kind: 'bulk', endpoint: 'GET bulk', name: file }
  if (method === 'POST' && path === '/admin/oauth/access_token')
    return { kind: 'token', endpoint: 'POST access_token', name: '' }
  return { kind: 'unknown', endpoint: 'unknown', name: '' }
}
