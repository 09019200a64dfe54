import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { buildClientSchema, type GraphQLSchema, type IntrospectionQuery } from 'graphql'
import { type CheckAccess, createCheckAccess, type ScopeItem } from './access.ts'

/** The version whose schema the sandbox has. */
export const schemaVersion = '2026-10'

export interface ApiSchema {
  readonly schema: GraphQLSchema
  readonly checkAccess: CheckAccess
}

/** Shopify's own introspection of the API. Reading it takes half a second, so it is done once in a process. */
export function apiSchema(): ApiSchema {
  loaded ??= readSchema()
  return loaded
}

let loaded: ApiSchema | undefined

function readSchema(): ApiSchema {
  const file = new URL(`../../../../test/specs/shopify/admin_${schemaVersion}.json.br`, import.meta.url)
  const content: { data: IntrospectionQuery; offline_scopes: { items: readonly ScopeItem[] } } = JSON.parse(
    brotliDecompressSync(readFileSync(file)).toString(),
  )
  return {
    schema: buildClientSchema(content.data, { assumeValid: true }),
    checkAccess: createCheckAccess(content.offline_scopes.items),
  }
}
