import { type Fields, fields as fieldsOf, isObject } from '../../json/value.ts'

/*
 * Parts of an Airbyte manifest stand for others: `{"$ref": "#/definitions/x", …}` with fields replaced, or the text
 * `#/definitions/x`. `$parameters` of a part are for it and all parts in it.
 */

/** The value at names of fields; undefined if there is none. */
export const within = (value: unknown, ...names: readonly string[]): unknown =>
  names.reduce((inner: unknown, name) => fieldsOf(inner)[name], value)

export const textAt = (value: unknown, ...names: readonly string[]): string | undefined => {
  const text = within(value, ...names)
  return typeof text === 'string' ? text : undefined
}

/** The whole manifest without references, and with the values of parameters. */
export function resolved(manifest: unknown): unknown {
  return withParameters(expanded(manifest, manifest, []), {})
}

function expanded(value: unknown, root: unknown, way: readonly string[]): unknown {
  if (typeof value === 'string' && value.startsWith('#/')) return lookUp(value, root, way)
  if (Array.isArray(value)) return value.map((entry) => expanded(entry, root, way))
  if (!isObject(value)) return value
  const { $ref: reference, ...others } = value
  const fields = Object.fromEntries(Object.entries(others).map(([name, inner]) => [name, expanded(inner, root, way)]))
  return typeof reference === 'string' ? { ...fieldsOf(lookUp(reference, root, way)), ...fields } : fields
}

function lookUp(reference: string, root: unknown, way: readonly string[]): unknown {
  if (way.includes(reference)) throw new Error(`import-manifest: the reference ${reference} leads to itself.`)
  const target = within(root, ...reference.slice(2).split('/'))
  if (target === undefined) throw new Error(`import-manifest: the reference ${reference} leads to nothing.`)
  return expanded(target, root, [...way, reference])
}

function withParameters(value: unknown, outer: Fields): unknown {
  if (typeof value === 'string') return filled(value, outer)
  if (Array.isArray(value)) return value.map((entry) => withParameters(entry, outer))
  if (!isObject(value)) return value
  const { $parameters: declared, ...fields } = value
  const parameters = { ...outer, ...fieldsOf(declared) }
  const inner = Object.entries(fields).map(([name, entry]) => [name, withParameters(entry, parameters)])
  return { ...(isObject(declared) && { ...declared }), ...Object.fromEntries(inner) }
}

const place = /\{\{\s*parameters(?:\.get\(\s*|\[|\.)['"]?(\w+)['"]?(?:\s*,\s*['"]([^'"]*)['"])?\s*[\])]?\s*\}\}/g

/** `{{ [parameters['object_type']] }}`: a list of one. */
const listPlace = /^\{\{\s*\[\s*parameters(?:\[['"]|\.)(\w+)(?:['"]\])?\s*\]\s*\}\}$/

function filled(text: string, parameters: Fields): string {
  const named = parameters[listPlace.exec(text)?.[1] ?? '']
  if (typeof named === 'string') return `{{ ['${named}'] }}`
  return text.replaceAll(place, (whole, name: string, fallback: string | undefined) => {
    const value = parameters[name] ?? fallback
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole
  })
}
