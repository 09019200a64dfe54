import type { StripeObject } from './resource.ts'

/** How many rows of a nested list an object carries with it. */
const embeddedRows = 10

interface EmbeddedList {
  readonly data: readonly StripeObject[]
}

/** All rows of a nested list of an object as the sandbox keeps it. */
export function rowsOf(whole: StripeObject, field: string): readonly StripeObject[] {
  const list = whole[field]
  return isList(list) ? list.data : []
}

/** The object as Stripe shows it: the first ten rows, and whether there are more. */
export function trimmed(whole: StripeObject, field: string | undefined): StripeObject {
  if (field === undefined) return whole
  const list = whole[field]
  if (!isList(list) || list.data.length <= embeddedRows) return whole
  return { ...whole, [field]: { ...list, data: list.data.slice(0, embeddedRows), has_more: true } }
}

type Fields = Readonly<Record<string, unknown>>

/** Fields in which the nested list may be given as a plain array of all its rows. */
export function withRows(fields: Fields, field: string | undefined, base: StripeObject): Fields {
  if (field === undefined || !Array.isArray(fields[field])) return fields
  const list = base[field]
  return { ...fields, [field]: { ...(isList(list) ? list : { object: 'list' }), data: fields[field], has_more: false } }
}

function isList(value: unknown): value is EmbeddedList {
  return typeof value === 'object' && value !== null && 'data' in value && Array.isArray(value.data)
}
