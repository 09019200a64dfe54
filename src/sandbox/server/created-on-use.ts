/** A value for each name, created on first use, so that a value may refer to the others. */
export function createdOnUse<Name extends string, Value>(
  names: readonly Name[],
  create: (name: Name) => Value,
): Readonly<Record<Name, Value>> {
  const values = new Map<Name, Value>()
  const properties = {}
  for (const name of names)
    Object.defineProperty(properties, name, {
      enumerable: true,
      get() {
        const existing = values.get(name)
        if (existing !== undefined) return existing
        const value = create(name)
        values.set(name, value)
        return value
      },
    })
  // The loop defined every name.
  return properties as Readonly<Record<Name, Value>>
}
