import { badRequest, missingParameter } from './refusal.ts'
import { secondsOf } from './timestamps.ts'

/** Where a value of a request stands. */
export interface Place {
  readonly field: string
  readonly location: 'query' | 'body'
}

/** Reads a value of a request, or refuses it with its field. */
export type Parser<T> = (value: unknown, place: Place) => T

export function wrong(value: unknown, { field, location }: Place, issue: string, description = invalid): Error {
  const written = typeof value === 'string' ? value : JSON.stringify(value)
  return badRequest({ field, location, value: written, issue, description })
}
const invalid = 'The value of a field is invalid.'

export const text: Parser<string> = (value, place) => {
  if (typeof value !== 'string' || value === '') throw wrong(value, place, 'INVALID_PARAMETER_VALUE')
  return value
}

/** A text of so many characters. */
export const textOf =
  (least: number, most: number): Parser<string> =>
  (value, place) => {
    const { length } = text(value, place)
    if (length < least || length > most) throw wrong(value, place, 'INVALID_STRING_LENGTH')
    return text(value, place)
  }

/** A moment in RFC 3339 with seconds, in unix seconds. */
export const moment: Parser<number> = (value, place) => {
  const written = text(value, place)
  const isTime = /^\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(written)
  const seconds = isTime ? secondsOf(written.toUpperCase()) : Number.NaN
  if (Number.isNaN(seconds)) throw wrong(value, place, 'INVALID_PARAMETER_SYNTAX', wrongFormat)
  return seconds
}
const wrongFormat = 'The value of a field does not conform to the expected format.'

export const date: Parser<string> = (value, place) => {
  if (!/^\d{4}-\d\d-\d\d$/.test(text(value, place))) throw wrong(value, place, 'INVALID_PARAMETER_SYNTAX', wrongFormat)
  return text(value, place)
}

/** A whole number written as text, within bounds. */
export const whole =
  (least: number, most: number): Parser<number> =>
  (value, place) => {
    if (typeof value !== 'string' || !/^-?\d+$/.test(value))
      throw wrong(value, place, 'INVALID_PARAMETER_SYNTAX', wrongFormat)
    if (Number(value) < least) throw wrong(value, place, 'INVALID_INTEGER_MIN_VALUE', 'Value less than minimum value.')
    if (Number(value) > most) throw wrong(value, place, 'INVALID_INTEGER_MAX_VALUE', 'Value exceeds max value.')
    return Number(value)
  }

export const truthText: Parser<boolean> = (value, place) => {
  if (value !== 'true' && value !== 'false') throw wrong(value, place, 'INVALID_PARAMETER_VALUE')
  return value === 'true'
}

export const truth: Parser<boolean> = (value, place) => {
  if (typeof value !== 'boolean') throw wrong(value, place, 'INVALID_PARAMETER_VALUE')
  return value
}

export const word =
  <const Words extends readonly string[]>(words: Words): Parser<Words[number]> =>
  (value, place) => {
    const match = words.find((known) => known === value)
    if (match === undefined) throw wrong(value, place, 'INVALID_PARAMETER_VALUE')
    return match
  }

/** Values of a query that are separated by commas. */
export const commaList =
  <T>(item: Parser<T>, most: number): Parser<readonly T[]> =>
  (value, place) => {
    const values = text(value, place).split(',')
    if (values.length > most) throw wrong(value, place, 'INVALID_ARRAY_MAX_ITEMS')
    return values.map((entry) => item(entry, place))
  }

/** A JSON list. */
export const listOf =
  <T>(item: Parser<T>, most: number): Parser<readonly T[]> =>
  (value, place) => {
    if (!Array.isArray(value)) throw wrong(value, place, 'INVALID_PARAMETER_SYNTAX', wrongFormat)
    if (value.length > most) throw wrong(value, place, 'INVALID_ARRAY_MAX_ITEMS')
    return value.map((entry, at) => item(entry, { ...place, field: `${place.field}/${at}` }))
  }

type Shape = Readonly<Record<string, Parser<unknown>>>
type Parsed<S extends Shape> = { readonly [Name in keyof S]?: ReturnType<S[Name]> }

/** An object of which every field is known; null stands for an absent field. */
export const shape =
  <const S extends Shape>(fields: S): Parser<Parsed<S>> =>
  (value, { field, location }) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw wrong(value, { field, location }, 'INVALID_PARAMETER_SYNTAX', wrongFormat)
    const parsed = Object.entries(value).flatMap(([name, given]) => {
      const place: Place = { field: location === 'query' ? name : `${field}/${name}`, location }
      const parser = Object.hasOwn(fields, name) ? fields[name] : undefined
      if (!parser) throw wrong(given, place, 'UNKNOWN_PARAMETER', 'The field is unknown.')
      return given === null ? [] : [[name, parser(given, place)]]
    })
    return Object.fromEntries(parsed)
  }

/** The same of a query string, whose values are all text. */
export const queryShape = <const S extends Shape>(fields: S) => {
  const parse = shape(fields)
  return (query: URLSearchParams) => parse(Object.fromEntries(query), { field: '', location: 'query' })
}

/** The body of a request; an empty one is an empty object. */
export function jsonBody(body: string): unknown {
  if (body === '') return {}
  try {
    return JSON.parse(body)
  } catch {
    throw badRequest({ location: 'body', issue: 'MALFORMED_REQUEST_JSON', description: 'The body is not JSON.' })
  }
}

export function required<T>(value: T | undefined, field: string, location: 'query' | 'body' = 'query'): T {
  if (value === undefined) throw missingParameter(field, location)
  return value
}
