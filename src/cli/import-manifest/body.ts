import { type Fields, fields as fieldsOf, isObject } from '../../json/value.ts'
import { expressionIn, settingIn, withParentId, withWindow } from './expressions.ts'
import { Untranslated } from './list.ts'
import { within } from './references.ts'

/** The body of a stream's requests, and the values that are put into it, by JSON pointer. */
export interface StreamBody {
  /** Absent: the requests are GET. */
  readonly body?: Fields
  /** With the begin and end of a window. */
  readonly windows: Readonly<Record<string, string>>
  /** With the id of the object that has the list. */
  readonly byParent: Readonly<Record<string, string>>
  /** Places that have no translation. */
  readonly left: readonly string[]
}

const noBody: StreamBody = { windows: {}, byParent: {}, left: [] }

/** @throws Untranslated for requests that are neither GET without a body nor POST with one in JSON */
export function bodyOf(requester: unknown, parentField: string | undefined): StreamBody {
  const method = String(within(requester, 'http_method') ?? 'GET').toUpperCase()
  const given = fieldsOf(within(requester, 'request_body_json'))
  if (method === 'GET' && Object.keys(given).length === 0) return noBody
  if (method === 'GET') throw new Untranslated('its requests are GET with a body')
  if (method !== 'POST') throw new Untranslated(`its requests are ${method}`)
  if (within(requester, 'request_body_data') !== undefined || within(requester, 'request_body') !== undefined)
    throw new Untranslated('the body of its requests is no JSON')
  const pointers: Pointers = { windows: {}, byParent: {}, left: [] }
  const body = constants(given, '', { pointers, parentField })
  return { body: fieldsOf(body), ...pointers }
}

interface Pointers {
  readonly windows: Record<string, string>
  readonly byParent: Record<string, string>
  readonly left: string[]
}

interface Reading {
  readonly pointers: Pointers
  readonly parentField: string | undefined
}

/** What is the same in each request. What is not is noted by its pointer. */
function constants(value: unknown, pointer: string, reading: Reading): unknown {
  if (typeof value === 'string') return constant(value, pointer, reading)
  if (Array.isArray(value)) return value.flatMap((entry, at) => constants(entry, `${pointer}/${at}`, reading) ?? [])
  if (!isObject(value)) return value
  const entries = Object.entries(value).flatMap(([name, inner]) => {
    const step = name.replaceAll('~', '~0').replaceAll('/', '~1')
    const kept = constants(inner, `${pointer}/${step}`, reading)
    return kept === undefined || (isObject(kept) && Object.keys(kept).length === 0) ? [] : [[name, kept] as const]
  })
  return Object.fromEntries(entries)
}

function constant(text: string, pointer: string, { pointers, parentField }: Reading): unknown {
  if (!text.includes('{{')) return text
  const literal = literalOf(expressionIn(text) ?? '')
  if (literal !== undefined) return literal
  const window = withWindow(text)
  const listed = /^\{\{\s*\[\s*([^\][]*?)\s*\]\s*\}\}$/.exec(text)?.[1]
  const parent = withParentId(listed === undefined ? text : `{{ ${listed} }}`, parentField)
  if (window !== undefined) pointers.windows[pointer] = window
  else if (parent?.includes('{id}')) pointers.byParent[listed === undefined ? pointer : `${pointer}/0`] = parent
  else pointers.left.push(settingIn(expressionIn(text)) === undefined ? pointer : `${pointer} (a setting of the user)`)
  return undefined
}

/** `500`, `False`, `['ITEM']`; undefined for what is computed. */
function literalOf(expression: string): unknown {
  if (/^(?:true|false)$/i.test(expression)) return expression.toLowerCase() === 'true'
  if (/^-?\d{1,15}$/.test(expression)) return Number(expression)
  if (/^\[\s*(?:'[^']*'(?:\s*,\s*'[^']*')*)?\s*\]$/.test(expression))
    return [...expression.matchAll(/'([^']*)'/g)].map(([, text]) => text)
  return undefined
}
