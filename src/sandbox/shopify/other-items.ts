/** The data of an answer, with other objects in every page that is not within another. */
export function otherItems(data: unknown, items: (objects: readonly unknown[]) => readonly unknown[]): unknown {
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) =>
      key === 'nodes' && Array.isArray(value) ? [key, items(structuredClone(value))] : [key, otherItems(value, items)],
    ),
  )
}
