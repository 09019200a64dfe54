import { type ResourceName, resourceNames, resources } from './resources/index.ts'

/** What a path asks for. `endpoint` names the operation, as Stripe counts them for its limits. */
export type Route =
  | { readonly kind: 'list'; readonly endpoint: string; readonly name: ResourceName }
  | { readonly kind: 'object'; readonly endpoint: string; readonly name: ResourceName; readonly id: string }
  | { readonly kind: 'account' | 'unknown'; readonly endpoint: string }

export function routeOf(method: string, path: string): Route {
  if (method !== 'GET') return { kind: 'unknown', endpoint: 'unknown' }
  if (path === '/v1/account') return { kind: 'account', endpoint: 'GET /v1/account' }
  for (const name of resourceNames) {
    const list = resources[name].path
    if (path === list) return { kind: 'list', endpoint: `GET ${list}`, name }
    const id = path.startsWith(`${list}/`) ? path.slice(list.length + 1) : ''
    if (/^[\w-]+$/.test(id)) return { kind: 'object', endpoint: `GET ${list}/:id`, name, id }
  }
  return { kind: 'unknown', endpoint: 'unknown' }
}
