import { type Belongings, belongingsOf, type Place } from '../db/belongings.ts'
import { longestId } from '../json/id.ts'
import { Payload } from '../json/raw-json.ts'
import { fields, reference } from '../provider/fields.ts'
import type { ObservedRow, Reject } from '../sync/rows.ts'

/** Owned something is, as far as it says so itself. */
export interface Owned {
  readonly id: string
  readonly customer: string | null
  readonly about: readonly string[]
  /** What is its own, but may not say so itself. */
  readonly owns: readonly string[]
}

/** What names a customer is that customer's, whatever else it mentions; what names none belongs with what it is about. */
export function isErased({ id, customer, about }: Owned, erased: (id: string) => boolean): boolean {
  return erased(id) || (customer === null ? about.some(erased) : erased(customer))
}

/** Owned a row is that is about to be written. */
export function ownerOfRow({ table, row, raw }: Pick<ObservedRow, 'table' | 'row' | 'raw'>): Owned {
  const belongings = belongingsOf(table)
  if (!belongings) return { id: row.id, ...nobody }
  const payload = [belongings.customer, belongings.about].some((places) => places.some((place) => 'path' in place))
    ? raw instanceof Payload
      ? raw.value()
      : raw
    : undefined
  return {
    id: row.id,
    ...read(belongings, (place) => ('column' in place ? fields(row)[place.column] : follow(payload, place.path))),
  }
}

const nobody = { customer: null, about: [], owns: [] } as const

function read(
  { customer, about, owns }: Pick<Belongings, 'customer' | 'about' | 'owns'>,
  at: (place: Place) => unknown,
) {
  const ids = (places: readonly Place[]) => places.map((place) => reference(at(place))).filter((id) => id !== null)
  return { customer: ids(customer)[0] ?? null, about: ids(about), owns: ids(owns) }
}

function follow(payload: unknown, path: readonly string[]): unknown {
  return path.reduce((value, name) => fields(value)[name], payload)
}

/** Every text in a rejected item that may be an id: it was rejected, so nobody knows where in it to look. */
export function idsIn({ itemKey, reason, payload }: Pick<Reject, 'itemKey' | 'reason' | 'payload'>): readonly string[] {
  // Texts with blanks in them too: left out here, their quotes would be taken for those of their neighbours.
  const texts = [...payload.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text)
  const words = reason.match(/[\w-]{1,255}/g) ?? []
  return [...new Set([itemKey, ...texts.filter((text) => text.length <= longestId), ...words])]
}
