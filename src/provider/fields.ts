import { longestId } from '../json/id.ts'
import { type Fields, fields, isObject } from '../json/value.ts'

/*
 * Readers for the fields of a provider's item, for `Resource.row`. A field of an unknown shape never fails a row: its
 * column is null, and the stored payload still has the field.
 */

export { type Fields, fields } from '../json/value.ts'

/** The item's id. @throws Error if it is no text, since there is no row without an id */
export function id(item: unknown): string {
  const value = fields(item).id
  if (typeof value !== 'string') throw new Error('its id is not text')
  return value
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

export function flag(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null
}

/** A whole number that a double holds exactly. */
export function integer(value: unknown): number | null {
  return Number.isSafeInteger(value) ? (value as number) : null
}

/** An object for a jsonb column. */
export function object(value: unknown): Fields | null {
  return isObject(value) ? value : null
}

/** Seconds since 1970, up to the end of the year 9999. Null for a value in milliseconds, which is larger. */
export function second(value: unknown): number | null {
  const whole = integer(value)
  return whole !== null && whole >= 0 && whole < 253_402_300_800 ? whole : null
}

/** A time in seconds since 1970. */
export function unixSeconds(value: unknown): Date | null {
  const whole = second(value)
  return whole === null ? null : new Date(whole * 1_000)
}

/** The decimal exactly as it was sent, as text for a numeric column; a number is written as JSON had it. */
export function decimal(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null
  return typeof value === 'string' && value.length <= 100 && /^-?(\d+(\.\d+)?|\.\d+)$/.test(value) ? value : null
}

/** The id of another object, given as an id, expanded or as a deleted stub. Null if it is too long to index. */
export function reference(value: unknown): string | null {
  const id = typeof value === 'string' ? value : fields(value).id
  return typeof id === 'string' && id !== '' && Buffer.byteLength(id) <= longestId ? id : null
}

export function list(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null
}

/** Seconds since 1970, or an ISO 8601 date and time. */
export function dateTime(value: unknown): Date | null {
  if (typeof value !== 'string') return unixSeconds(value)
  const date = new Date(/^\d{4}-\d\d-\d\dT/.test(value) ? value : Number.NaN)
  return Number.isNaN(date.getTime()) ? null : date
}

/** The fields of these names that are there, as metadata; null if none is. */
export function metadataOf(item: Fields, ...names: readonly string[]): Fields | null {
  const given = names.flatMap((name) => (item[name] === undefined || item[name] === null ? [] : [[name, item[name]]]))
  return given.length === 0 ? null : Object.fromEntries(given)
}
