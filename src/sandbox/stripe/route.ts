import { type NestedList, type NestedName, nestedLists, nestedNames } from './nested-lists.ts'
import { resources } from './resources/index.ts'
import { type ResourceName, resourceNames } from './resources/names.ts'

/** What a path refers to. `endpoint` names the operation, which Stripe limits by itself. */
export type Route =
  | { readonly kind: 'list'; readonly endpoint: string; readonly name: ResourceName }
  | { readonly kind: 'object'; readonly endpoint: string; readonly name: ResourceName; readonly id: string }
  /** A nested list. Without `parentId`, a parameter names the parent. */
  | { readonly kind: 'rows'; readonly endpoint: string; readonly name: NestedName; readonly parentId?: string }
  | { readonly kind: 'row'; readonly endpoint: string; readonly name: NestedName; readonly id: string }
  | { readonly kind: 'account' | 'unknown'; readonly endpoint: string }

export function routeOf(method: string, path: string): Route {
  if (method !== 'GET') return unknownRoute
  const [listPath, id, nestedPath] = splitPath(path)
  const routes = routesByPath.get(listPath)
  if (routes && id === undefined) return routes.list
  if (routes && id !== undefined && nestedPath === undefined) return { ...routes.object, id }
  if (routes && id !== undefined && nestedPath !== undefined) {
    const rows = routes.nested.get(nestedPath)
    if (rows) return { ...rows, parentId: id }
  }
  return path === '/v1/account' ? { kind: 'account', endpoint: 'GET /v1/account' } : unknownRoute
}

/** The name that a permission for the route has in Stripe's messages. */
export function permissionObject(route: Route): string {
  switch (route.kind) {
    case 'list':
    case 'object':
      return resources[route.name].object
    case 'rows':
    case 'row':
      return nestedLists[route.name].object
    case 'account':
    case 'unknown':
      return 'account'
  }
}

const unknownRoute: Route = { kind: 'unknown', endpoint: 'unknown' }

/** The path of the list, the id after it, and the name of a nested list after that. */
function splitPath(path: string): readonly [listPath: string, id?: string, nestedPath?: string] {
  if (routesByPath.has(path)) return [path]
  const slash = path.lastIndexOf('/')
  const [start, end] = [path.slice(0, slash), decodeURIComponent(path.slice(slash + 1))]
  if (!/^[\w.-]+$/.test(end)) return ['']
  if (routesByPath.has(start)) return [start, end]
  const slashBefore = start.lastIndexOf('/')
  return [start.slice(0, slashBefore), start.slice(slashBefore + 1), end]
}

interface ListRoutes {
  readonly list: Route
  readonly object: Extract<Route, { kind: 'object' | 'row' }>
  /** By the name after the id. */
  readonly nested: ReadonlyMap<string, Extract<Route, { kind: 'rows' }>>
}

const routesByPath: ReadonlyMap<string, ListRoutes> = new Map([
  ...resourceNames.map(resourceRoutes),
  ...nestedNames.flatMap(nestedListRoutes),
])

function resourceRoutes(name: ResourceName): [string, ListRoutes] {
  const { path } = resources[name]
  const nested = nestedNames.flatMap((nestedName) => {
    const { parent, location }: NestedList = nestedLists[nestedName]
    if (parent !== name || !('under' in location)) return []
    const { under } = location
    return [[under, { kind: 'rows', endpoint: `GET ${path}/:id/${under}`, name: nestedName }] as const]
  })
  return [
    path,
    {
      list: { kind: 'list', endpoint: `GET ${path}`, name },
      object: { kind: 'object', endpoint: `GET ${path}/:id`, name, id: '' },
      nested: new Map(nested),
    },
  ]
}

/** The routes of a nested list that has a path of its own. */
function nestedListRoutes(name: NestedName): [string, ListRoutes][] {
  const { location }: NestedList = nestedLists[name]
  if (!('path' in location)) return []
  const { path } = location
  const list: Route = { kind: 'rows', endpoint: `GET ${path}`, name }
  return [[path, { list, object: { kind: 'row', endpoint: `GET ${path}/:id`, name, id: '' }, nested: new Map() }]]
}
