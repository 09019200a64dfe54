/** A copy in live mode: every `livemode` in it says so, however deep. In test mode, the value itself. */
export function inMode<T>(value: T, livemode: boolean): T {
  // The copy has the shape of the value; only booleans differ.
  return livemode ? (live(value) as T) : value
}

function live(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(live)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, key === 'livemode' ? true : live(one)]))
}
