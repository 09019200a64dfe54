import { createHash } from 'node:crypto'
import type { Position } from '../moments.ts'
import { fieldOf } from '../shopify-object.ts'
import { badRequest } from './field-error.ts'

/** What a cursor says to the server; to a client it is opaque. */
export interface Cursor {
  readonly after: Position | undefined
  /** How many objects the pages up to it held. */
  readonly depth: number
}

export interface CursorRules {
  /** The list, its search and its order. */
  readonly list: readonly unknown[]
  /** In unix seconds. */
  readonly now: number
  /** Seconds after which a cursor is refused. */
  readonly lifetime: number
}

export function writeCursor({ after, depth }: Cursor, { list, now }: CursorRules): string {
  const content = {
    last_id: after?.id ?? null,
    last_value: after?.key ?? null,
    list: fingerprint(list),
    at: now,
    depth,
  }
  return Buffer.from(JSON.stringify(content)).toString('base64')
}

/** Refuses a cursor of another list and one that is too old. `misused` hears of the first. */
export function readCursor(text: string, rules: CursorRules, misused: () => void): Cursor {
  const content = decoded(text)
  const [issued, depth] = [fieldOf(content, 'at'), fieldOf(content, 'depth')]
  if (typeof issued !== 'number' || typeof depth !== 'number') throw badRequest(`Invalid cursor: ${text}.`)
  if (fieldOf(content, 'list') !== fingerprint(rules.list)) {
    misused()
    throw badRequest('Invalid cursor for current pagination sort.')
  }
  if (rules.now - issued > rules.lifetime) throw badRequest('Invalid cursor for current pagination sort.')
  const [id, key] = [fieldOf(content, 'last_id'), fieldOf(content, 'last_value')]
  return { depth, after: typeof id === 'number' && typeof key === 'number' ? { id, key } : undefined }
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString())
  } catch {
    return undefined
  }
}

const fingerprint = (list: readonly unknown[]) =>
  createHash('sha256').update(JSON.stringify(list)).digest('base64url').slice(0, 12)
