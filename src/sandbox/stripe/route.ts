import { type Nested, type NestedName, nested, nestedNames } from './nested-lists.ts'
import { resources } from './resources/index.ts'
import { type ResourceName, resourceNames } from './resources/names.ts'

/** What a path asks for. `endpoint` names the operation, as Stripe counts them for its limits. */
export type Route =
  | { readonly kind: 'list'; readonly endpoint: string; readonly name: ResourceName }
  | { readonly kind: 'object'; readonly endpoint: string; readonly name: ResourceName; readonly id: string }
  /** A nested list; without `parent`, a parameter says whose. */
  | { readonly kind: 'rows'; readonly endpoint: string; readonly name: NestedName; readonly parent?: string }
  | { readonly kind: 'row'; readonly endpoint: string; readonly name: NestedName; readonly id: string }
  | { readonly kind: 'account' | 'unknown'; readonly endpoint: string }

export function routeOf(method: string, path: string): Route {
  if (method !== 'GET') return unknown
  const [fixed, last, under] = parts(path)
  const collection = routes.get(fixed)
  if (collection && last === undefined) return collection.list
  if (collection && last !== undefined && under === undefined) return { ...collection.object, id: last }
  if (collection && last !== undefined && under !== undefined) {
    const rows = collection.nested.get(under)
    if (rows) return { ...rows, parent: last }
  }
  return path === '/v1/account' ? { kind: 'account', endpoint: 'GET /v1/account' } : unknown
}

const unknown: Route = { kind: 'unknown', endpoint: 'unknown' }

/** The longest known path that a path begins with, the id after it, and what comes after that. */
function parts(path: string): readonly [string, string?, string?] {
  if (routes.has(path)) return [path]
  const slash = path.lastIndexOf('/')
  const [start, end] = [path.slice(0, slash), decodeURIComponent(path.slice(slash + 1))]
  if (!/^[\w.-]+$/.test(end)) return ['']
  if (routes.has(start)) return [start, end]
  const before = start.lastIndexOf('/')
  return [start.slice(0, before), start.slice(before + 1), end]
}

interface Family {
  readonly list: Route
  readonly object: Extract<Route, { kind: 'object' | 'row' }>
  readonly nested: ReadonlyMap<string, Extract<Route, { kind: 'rows' }>>
}

const routes: ReadonlyMap<string, Family> = new Map([...resourceNames.map(family), ...nestedNames.flatMap(ownPath)])

function family(name: ResourceName): [string, Family] {
  const { path } = resources[name]
  const below = nestedNames.flatMap((row) => {
    const { of, at }: Nested = nested[row]
    if (of !== name || !('under' in at)) return []
    return [[at.under, { kind: 'rows', endpoint: `GET ${path}/:id/${at.under}`, name: row }] as const]
  })
  return [
    path,
    {
      list: { kind: 'list', endpoint: `GET ${path}`, name },
      object: { kind: 'object', endpoint: `GET ${path}/:id`, name, id: '' },
      nested: new Map(below),
    },
  ]
}

function ownPath(name: NestedName): [string, Family][] {
  const { at }: Nested = nested[name]
  if (!('path' in at)) return []
  const list: Route = { kind: 'rows', endpoint: `GET ${at.path}`, name }
  return [[at.path, { list, object: { kind: 'row', endpoint: `GET ${at.path}/:id`, name, id: '' }, nested: new Map() }]]
}
