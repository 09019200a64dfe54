/** An object's fields. */
export type Fields = Readonly<Record<string, unknown>>

/** An object's fields; empty if the value is no object. */
export function fields(value: unknown): Fields {
  return isObject(value) ? value : {}
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The path to a nested value: names of fields and indexes of lists. */
export type Path = readonly (string | number)[]

/**
 * The paths of a table's columns in an item, by the columns' names in code. Postgres reads such a column from the item
 * itself, so that its value is not sent twice. If a column has several paths, the first that has a value counts.
 * A column without a path is null.
 */
export type JsonPaths = Readonly<Record<string, readonly (readonly string[])[]>>

/** The result of a path that continues below a value that is neither object nor list. Each field reader rejects it. */
export const obstacle = Symbol('obstacle')

/** The value at a path; undefined if it is null or missing. */
export function valueAt(value: unknown, path: Path): unknown {
  for (const step of path) {
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'object') return obstacle
    value = Reflect.get(value, step)
  }
  return value ?? undefined
}

/** Whether a value has a number that JSON.parse may have rounded. A loop, because it may be nested very deep. */
export function mayBeRounded(value: unknown): boolean {
  const left: unknown[] = [value]
  while (left.length > 0) {
    const next = left.pop()
    if (typeof next === 'number' && !Number.isSafeInteger(next)) return true
    if (typeof next === 'object' && next !== null) for (const inner of Object.values(next)) left.push(inner)
  }
  return false
}
