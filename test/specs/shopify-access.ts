import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { getNamedType, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import { shopifySchema } from './shopify.ts'

interface AccessItem {
  readonly typeName: string
  readonly fieldName?: string
  readonly requiredAccess: string
}

let access: ReadonlyMap<string, string> | undefined

/** What Shopify says that an app needs for a type, or for a field: `Order`, `Shop.customerTags`. It stands beside the schema. */
function readAccess(): ReadonlyMap<string, string> {
  const file = readFileSync(new URL('./shopify/admin_2026-10.json.br', import.meta.url))
  const content: { offline_scopes: { items: readonly AccessItem[] } } = JSON.parse(
    brotliDecompressSync(file).toString(),
  )
  return new Map(
    content.offline_scopes.items.flatMap(({ typeName, fieldName, requiredAccess }) =>
      requiredAccess === '' ? [] : [[fieldName ? `${typeName}.${fieldName}` : typeName, requiredAccess] as const],
    ),
  )
}

/** What Shopify says that an app needs for a document, a sentence a type or field. */
export function accessFor(query: string): readonly string[] {
  access ??= readAccess()
  const known = access
  const types = new TypeInfo(shopifySchema())
  const needed = new Set<string>()
  visit(
    parse(query),
    visitWithTypeInfo(types, {
      Field({ name }) {
        const type = types.getType()
        const named = type ? getNamedType(type).name.replace(/Connection$/, '') : ''
        for (const place of [named, `${types.getParentType()?.name}.${name.value}`]) {
          const sentence = known.get(place)
          if (sentence !== undefined) needed.add(sentence)
        }
      },
    }),
  )
  return [...needed]
}
