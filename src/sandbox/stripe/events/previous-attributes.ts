type Fields = Readonly<Record<string, unknown>>

/** The old values of the changed fields, as in `data.previous_attributes`: of nested objects only their changed fields. */
export function previousAttributes(before: Fields, after: Fields): Fields {
  const changed: Record<string, unknown> = {}
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[key], after[key]]
    if (JSON.stringify(old) === JSON.stringify(now)) continue
    changed[key] = isFields(old) && isFields(now) ? previousAttributes(old, now) : (old ?? null)
  }
  return changed
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
