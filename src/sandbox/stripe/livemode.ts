/** In live mode a copy in which every `livemode`, however deep, is true; in test mode the value itself. */
export function withLivemode<T>(value: T, livemode: boolean): T {
  // The copy has the shape of the value; only booleans differ.
  return livemode ? (inLiveMode(value) as T) : value
}

function inLiveMode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inLiveMode)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, key === 'livemode' ? true : inLiveMode(field)]),
  )
}
