/** An object as the API shows it if every field of it is asked for. A list within it is an array, whole. */
export interface ShopifyObject {
  readonly id: string
  readonly __typename: string
  readonly [field: string]: unknown
}

export type Fields = Readonly<Record<string, unknown>>

/** An object that another object names. Its other fields are looked up when a query asks for them. */
export interface Reference {
  readonly id: string
}

/** A field of a value that may be no object. */
export function fieldOf(value: unknown, field: string): unknown {
  return isFields(value) ? value[field] : undefined
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

/** The id in a field that names another object. */
export function referenceIn(object: Fields, field: string): string | undefined {
  const id = fieldOf(object[field], 'id')
  return typeof id === 'string' ? id : undefined
}
