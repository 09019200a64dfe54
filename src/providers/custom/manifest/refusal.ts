import { valueAt } from './pointer.ts'
import type { ErrorRule } from './schema.ts'

/** A refusal, as the connection throws it and `failure` reads it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The answer's JSON; undefined if it is none. */
  readonly body: unknown

  constructor(status: number, headers: Readonly<Record<string, string>>, body: unknown) {
    super('refused')
    this.status = status
    this.headers = headers
    this.body = body
  }
}

/** Whether a rule of a manifest is about an answer. */
export function matches({ status: statuses, at, is }: ErrorRule, status: number, body: unknown): boolean {
  if (!statuses.includes(status)) return false
  if (at === undefined) return true
  const value = valueAt(body, at)
  if (is === undefined) return value !== undefined && value !== null && !isEmpty(value)
  return is.some((expected) => expected === value)
}

const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0

export function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
