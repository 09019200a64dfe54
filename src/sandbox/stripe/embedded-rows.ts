import type { StripeObject } from './resource.ts'

/** How many rows of a nested list an object shows. */
const maxEmbeddedRows = 10

interface EmbeddedList {
  readonly data: readonly StripeObject[]
}

/** All rows of a nested list of an object as the sandbox keeps it. */
export function embeddedRows(complete: StripeObject, field: string): readonly StripeObject[] {
  const list = complete[field]
  return isList(list) ? list.data : []
}

/** The object as Stripe shows it: the first ten rows, and whether there are more. */
export function withFirstRows(complete: StripeObject, field: string | undefined): StripeObject {
  if (field === undefined) return complete
  const list = complete[field]
  if (!isList(list) || list.data.length <= maxEmbeddedRows) return complete
  return { ...complete, [field]: { ...list, data: list.data.slice(0, maxEmbeddedRows), has_more: true } }
}

type Fields = Readonly<Record<string, unknown>>

/** Turns a nested list that is given as a plain array of all its rows into a list object. */
export function withRowList(fields: Fields, field: string | undefined, base: StripeObject): Fields {
  if (field === undefined || !Array.isArray(fields[field])) return fields
  const list = base[field]
  return { ...fields, [field]: { ...(isList(list) ? list : { object: 'list' }), data: fields[field], has_more: false } }
}

function isList(value: unknown): value is EmbeddedList {
  return typeof value === 'object' && value !== null && 'data' in value && Array.isArray(value.data)
}
