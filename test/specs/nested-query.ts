/** A query string as the value it means: `created[gte]=1&expand[]=a&types[0]=b`. All leaves are text. */
export function nestedQuery(query: URLSearchParams): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  for (const [name, text] of query) {
    const keys = [...name.matchAll(/[^[\]]+|\[\]/g)].map(([key]) => key)
    insert(value, keys, text)
  }
  return value
}

function insert(into: Record<string, unknown>, [key = '', ...rest]: readonly string[], text: string): void {
  const [next] = rest
  if (next === undefined) {
    into[key] = text
  } else if (next === '[]' || /^\d+$/.test(next)) {
    into[key] = [...((into[key] as string[] | undefined) ?? []), text]
  } else {
    into[key] ??= {}
    insert(into[key] as Record<string, unknown>, rest, text)
  }
}
