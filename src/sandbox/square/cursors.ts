import { createHash } from 'node:crypto'
import { invalidCursor } from './refusal.ts'
import type { Position } from './sort-order.ts'
import { fieldOf } from './square-object.ts'

/** What a cursor says to the server; to a client it is opaque. */
export interface Cursor {
  /** The page begins after it; absent before the first item. */
  readonly after?: Position
  /** The moment of the first request, which open ends of time ranges stay at. In unix milliseconds. */
  readonly began: number
}

interface CursorRules {
  /** The endpoint, the merchant and all parameters but the cursor and the page size. */
  readonly request: unknown
  /** In unix milliseconds. */
  readonly now: number
  /** Milliseconds after which a cursor is refused. */
  readonly lifetime: number
}

export function writeCursor({ after, began }: Cursor, { request, now }: CursorRules): string {
  const content = { h: fingerprint(request), b: began, t: now, ...(after ? { k: after.key, i: after.id } : {}) }
  return Buffer.from(JSON.stringify(content)).toString('base64url')
}

/** Refuses a cursor of another request and one that is too old. `misused` hears of the first. */
export function readCursor(text: string, rules: CursorRules, misused: () => void): Cursor {
  const content = decoded(text)
  const [hash, began, issued] = [fieldOf(content, 'h'), fieldOf(content, 'b'), fieldOf(content, 't')]
  if (typeof hash !== 'string' || typeof began !== 'number' || typeof issued !== 'number') throw invalidCursor()
  if (hash !== fingerprint(rules.request)) {
    misused()
    throw invalidCursor()
  }
  if (rules.now - issued > rules.lifetime) throw invalidCursor()
  const [key, id] = [fieldOf(content, 'k'), fieldOf(content, 'i')]
  if ((typeof key !== 'number' && typeof key !== 'string') || typeof id !== 'string') return { began }
  return { began, after: { key, id } }
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    return undefined
  }
}

function fingerprint(request: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sortedFields(request)))
    .digest('base64url')
    .slice(0, 16)
}

/** The same value with the fields of every object in the order of their names. */
function sortedFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedFields)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, field]) => [name, sortedFields(field)]))
}
