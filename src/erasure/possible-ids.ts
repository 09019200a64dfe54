import { longestId } from '../json/id.ts'
import type { Reject } from '../sync/rows.ts'

/** Every text in a rejected item that may be an id. The item was rejected, so no field of it is known to hold one. */
export function possibleIds({
  itemKey,
  reason,
  payload,
}: Pick<Reject, 'itemKey' | 'reason' | 'payload'>): readonly string[] {
  // Texts with blanks are matched too: otherwise their quotes would pair with those of their neighbours.
  const texts = [...payload.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([quoted]) => decode(quoted))
  const words = reason.match(/[\w-]{1,255}/g) ?? []
  return [...new Set([itemKey, ...texts.filter((text) => text.length <= longestId), ...words])]
}

/** The value of a JSON string. An escape that is not of JSON stays as it is. */
function decode(quoted: string): string {
  const text = quoted.slice(1, -1)
  if (!text.includes('\\')) return text
  try {
    return String(JSON.parse(quoted))
  } catch {
    return text
  }
}
