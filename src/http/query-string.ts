/** Parameters of a request by name. Undefined ones are left out. */
export type Parameters = Readonly<Record<string, string | undefined>>

/** `/v2/payments?limit=100` */
export function withParameters(path: string, parameters: Parameters): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value)
  return query.size === 0 ? path : `${path}?${query}`
}
