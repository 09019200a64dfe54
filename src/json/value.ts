/** An object's fields. */
export type Fields = Readonly<Record<string, unknown>>

/** An object's fields; none for anything else. */
export function fields(value: unknown): Fields {
  return isObject(value) ? value : {}
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Where a value is in another: names of fields and places in lists. */
export type Path = readonly (string | number)[]

/**
 * Where columns of a table are in an item, by their names in code. Postgres reads such a column from the item itself, so
 * that its value is not sent twice. The first of several paths that has a value counts.
 */
export type JsonPaths = Readonly<Record<string, readonly (readonly string[])[]>>

/** Stands for a value that is neither object nor list where a path goes on. No reader of a field takes it. */
export const obstacle = Symbol('obstacle')

/** The value at a path; undefined for null and where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  for (const step of path) {
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'object') return obstacle
    value = Reflect.get(value, step)
  }
  return value ?? undefined
}

/** Whether a parsed value has a number that JSON.parse may have rounded. No recursion, since it may be nested very deep. */
export function mayBeRounded(value: unknown): boolean {
  const left: unknown[] = [value]
  while (left.length > 0) {
    const next = left.pop()
    if (typeof next === 'number' && !Number.isSafeInteger(next)) return true
    if (typeof next === 'object' && next !== null) for (const inner of Object.values(next)) left.push(inner)
  }
  return false
}
