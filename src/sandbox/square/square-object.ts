export interface SquareObject {
  readonly id: string
  readonly [field: string]: unknown
}

export type Fields = Readonly<Record<string, unknown>>

/** A field of a value that may be no object. */
export function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, field)?.value : undefined
}
