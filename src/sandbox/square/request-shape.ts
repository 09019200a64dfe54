import { badRequest, missingField } from './refusal.ts'

/** Reads a value of a request, or refuses it with the path of its field. */
export type Parser<T> = (value: unknown, field: string) => T

export const text: Parser<string> = (value, field) => {
  if (typeof value !== 'string') throw badRequest('EXPECTED_STRING', `Expected a string value for \`${field}\`.`, field)
  return value
}

export const truth: Parser<boolean> = (value, field) => {
  if (typeof value !== 'boolean') throw badRequest('EXPECTED_BOOLEAN', `Expected a boolean for \`${field}\`.`, field)
  return value
}

export const whole: Parser<number> = (value, field) => {
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw badRequest('EXPECTED_INTEGER', `Expected an integer value for \`${field}\`.`, field)
  return value
}

/** A moment in RFC 3339, in unix milliseconds. */
export const moment: Parser<number> = (value, field) => {
  const written = text(value, field)
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(written)
    ? Date.parse(written)
    : Number.NaN
  if (Number.isNaN(ms)) throw badRequest('INVALID_TIME', `\`${written}\` is not a time in RFC 3339.`, field)
  return ms
}

export const word =
  <const Words extends readonly string[]>(words: Words): Parser<Words[number]> =>
  (value, field) => {
    const match = words.find((known) => known === value)
    if (match === undefined)
      throw badRequest('INVALID_ENUM_VALUE', `\`${value}\` is not a value of \`${field}\`.`, field)
    return match
  }

export const listOf =
  <T>(item: Parser<T>, most = Number.POSITIVE_INFINITY): Parser<readonly T[]> =>
  (value, field) => {
    if (!Array.isArray(value)) throw badRequest('EXPECTED_ARRAY', `Expected an array for \`${field}\`.`, field)
    if (value.length > most)
      throw badRequest('ARRAY_LENGTH_TOO_LONG', `\`${field}\` has more than ${most} values.`, field)
    return value.map((entry, at) => item(entry, `${field}[${at}]`))
  }

type Shape = Readonly<Record<string, Parser<unknown>>>
type Parsed<S extends Shape> = { readonly [Name in keyof S]?: ReturnType<S[Name]> }

/** An object of which every field is known; null stands for an absent field. */
export const shape =
  <const S extends Shape>(fields: S, unknownCode = 'UNKNOWN_BODY_PARAMETER'): Parser<Parsed<S>> =>
  (value, field) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw badRequest('EXPECTED_OBJECT', `Expected an object for \`${field}\`.`, field)
    const parsed = Object.entries(value).flatMap(([name, given]) => {
      const path = field === '' ? name : `${field}.${name}`
      const parser = Object.hasOwn(fields, name) ? fields[name] : undefined
      if (!parser) throw badRequest(unknownCode, `Unknown parameter \`${path}\`.`, path)
      return given === null ? [] : [[name, parser(given, path)]]
    })
    return Object.fromEntries(parsed)
  }

/** The same of a query string, whose values are all text. */
export const queryShape = <const S extends Shape>(fields: S) => {
  const parse = shape(fields, 'UNKNOWN_QUERY_PARAMETER')
  return (query: URLSearchParams) => parse(Object.fromEntries(query), '')
}

export const wholeText: Parser<number> = (value, field) => {
  if (typeof value !== 'string' || !/^-?\d+$/.test(value))
    throw badRequest('EXPECTED_INTEGER', `Expected an integer value for \`${field}\`.`, field)
  return Number(value)
}

export const truthText: Parser<boolean> = (value, field) => {
  if (value !== 'true' && value !== 'false')
    throw badRequest('EXPECTED_BOOLEAN', `Expected a boolean for \`${field}\`.`, field)
  return value === 'true'
}

/** The body of a request; an empty one is an empty object. */
export function jsonBody(body: string): unknown {
  if (body === '') return {}
  try {
    return JSON.parse(body)
  } catch {
    throw badRequest('EXPECTED_JSON_BODY', 'The body is not JSON.')
  }
}

export function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw missingField(field)
  return value
}
