import { longestId } from '../json/id.ts'
import { textsIn } from '../json/unparsed.ts'
import type { Reject } from '../sync/rows.ts'

/** Every text in a rejected item that may be an id. The item was rejected, so no field of it is known to hold one. */
export function possibleIds({
  itemKey,
  reason,
  payload,
}: Pick<Reject, 'itemKey' | 'reason' | 'payload'>): readonly string[] {
  // Texts with blanks are matched too: otherwise their quotes would pair with those of their neighbours.
  const texts = textsIn(payload)
  const words = reason.match(/[\w-]{1,255}/g) ?? []
  return [...new Set([itemKey, ...texts.filter((text) => text.length <= longestId), ...words])]
}
