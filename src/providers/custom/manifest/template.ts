/*
 * Texts of a manifest with places: `{accessToken}` for the token of a job, `{accessToken.NAME}` for a field of a token that is
 * a JSON object, `{id}` for an object's id, `{from}` and `{to-1}` for the seconds of a window.
 */

/** A field's name; null for the whole token. */
export type TokenPlace = string | null

const tokenPlace = /\{accessToken(?:\.([A-Za-z_]\w{0,60}))?\}/g
const timePlace = /\{(from|to)(?:([+-])(\d{1,10}))?\}/g

/** The places of the token in a text. */
export function tokenPlaces(text: string): readonly TokenPlace[] {
  return [...text.matchAll(tokenPlace)].map(([, name]) => name ?? null)
}

export function fillToken(text: string, value: (place: TokenPlace) => string): string {
  return text.replaceAll(tokenPlace, (_, name: string | undefined) => value(name ?? null))
}

/** A text without the places that are allowed in it. What is left in braces is a mistake. */
export const withoutTokenPlaces = (text: string): string => text.replaceAll(tokenPlace, '')
export const withoutTimePlaces = (text: string): string => text.replaceAll(timePlace, '')

export const namesEnd = (text: string): boolean => /\{to(?:[+-]\d{1,10})?\}/.test(text)

export interface Seconds {
  readonly from: number
  /** Null: the window has no end, and the text does not name it. */
  readonly to: number | null
}

/**
 * Fills in the ends of a window. `write` gets milliseconds since 1970. `{to-1}` is the last millisecond before the end, not the
 * last second: an object of a fraction of that second is in no other window.
 */
export function fillTimes(text: string, { from, to }: Seconds, write: (ms: number) => string): string {
  return text.replaceAll(timePlace, (place, end: string, sign: string | undefined, by: string | undefined) => {
    const second = end === 'from' ? from : (to ?? from)
    if (place === '{to-1}') return write(Math.max(0, second * 1_000 - 1))
    return write(Math.max(0, second + Number(`${sign ?? ''}${by ?? 0}`)) * 1_000)
  })
}
