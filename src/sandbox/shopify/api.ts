import type { AdmittedRequest, Api } from '../server/request-listener.ts'
import type { Caller } from './caller.ts'
import type { Failure } from './failure.ts'

export interface Route {
  readonly kind: 'list' | 'token' | 'unknown'
  readonly endpoint: string
  /** The version in the path. */
  readonly version: string
}

export type ShopifyApi = Api<Route, Caller, Failure>
/** A request to Shopify's API that was authenticated. */
export type ShopifyRequest = AdmittedRequest<Route, Caller, Failure>

/** All queries are sent to one path; the token of an app is asked for at another. */
export function routeOf(method: string, path: string): Route {
  const version = /^\/admin\/api\/([^/]+)\/graphql\.json$/.exec(path)?.[1]
  if (method === 'POST' && version !== undefined) return { kind: 'list', endpoint: 'POST graphql.json', version }
  if (method === 'POST' && path === '/admin/oauth/access_token')
    return { kind: 'token', endpoint: 'POST access_token', version: '' }
  return { kind: 'unknown', endpoint: 'unknown', version: '' }
}
