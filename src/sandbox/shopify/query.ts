import { fieldOf } from './shopify-object.ts'

/** The body of a request to the API. */
export interface Query {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly operationName: string | undefined
}

/** Undefined for a body that is no query. */
export function readQuery(body: string): Query | undefined {
  const content = parsed(body)
  const [query, variables, operationName] = [
    fieldOf(content, 'query'),
    fieldOf(content, 'variables'),
    fieldOf(content, 'operationName'),
  ]
  if (typeof query !== 'string') return undefined
  return {
    query,
    variables: typeof variables === 'object' && variables !== null ? { ...variables } : {},
    operationName: typeof operationName === 'string' ? operationName : undefined,
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
