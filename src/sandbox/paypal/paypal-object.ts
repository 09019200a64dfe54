export type Fields = Readonly<Record<string, unknown>>

/** An object and the key by which the sandbox knows it: its id, or a number of the sandbox's own for a transaction. */
export interface Stored {
  readonly key: string
  readonly object: Fields
}

/** A field of a value that may be no object. */
export function fieldOf(value: unknown, ...path: readonly string[]): unknown {
  let inner = value
  for (const field of path) {
    if (typeof inner !== 'object' || inner === null) return undefined
    inner = Object.getOwnPropertyDescriptor(inner, field)?.value
  }
  return inner
}

/** A text at a path; empty if there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const text = fieldOf(value, ...path)
  return typeof text === 'string' ? text : ''
}

/** The elements of a list at a path; none if there is no list. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const list = fieldOf(value, ...path)
  return Array.isArray(list) ? list : []
}
