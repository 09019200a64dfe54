import type { Operation, Route } from './api.ts'

/** Finds the operation of a request. */
export function createRouter(operations: readonly Operation[]): (method: string, path: string) => Route {
  const known = operations.map((operation) => ({ operation, segments: operation.path.split('/') }))
  return (method, path) => {
    const given = path.split('/')
    for (const { operation, segments } of known) {
      if (operation.method !== method || segments.length !== given.length) continue
      if (!segments.every((segment, at) => segment === given[at] || (segment === '{id}' && given[at] !== ''))) continue
      const id = decodeURIComponent(given[segments.indexOf('{id}')] ?? '')
      const endpoint = `${method} ${operation.path}`
      return { kind: operation.isList ? 'list' : 'object', endpoint, operation, id }
    }
    return { kind: 'unknown', endpoint: 'unknown', id: '' }
  }
}
