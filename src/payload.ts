import { isUtf8 } from 'node:buffer'
import { spanOf } from './json-span.ts'

/**
 * A value by its place in a provider's answer. It reaches the database as the answer's own bytes: written again from what
 * JSON.parse makes of it, it would cost twice the time and round integers beyond 2^53.
 */
export class Payload {
  /** UTF-8 JSON. */
  readonly body: Buffer
  /** Names and places from the outermost value to this one. */
  readonly path: readonly (string | number)[]

  private constructor(body: Buffer, path: readonly (string | number)[]) {
    this.body = body
    this.path = path
  }

  /** The whole answer. What jsonb refuses of its bytes (not UTF-8, NUL, half a surrogate pair) becomes U+FFFD, all else stays. */
  static of(body: Buffer): Payload {
    const storable = isUtf8(body) && !mayBeUnstorable(body)
    return new Payload(storable ? body : Buffer.from(withoutUnstorable(body.toString('utf8'))), [])
  }

  at(...path: readonly (string | number)[]): Payload {
    return new Payload(this.body, [...this.path, ...path])
  }

  /** The same value in bytes of its own, without the rest of the answer. */
  alone(): Payload {
    const { from, to } = spanOf(this.body, this.path)
    return new Payload(this.body.subarray(from, to), [])
  }

  /** As JSON.parse reads it: for what the bytes cannot be used for. */
  value(): unknown {
    let value = parsed.get(this.body)
    if (value === undefined) {
      value = JSON.parse(this.body.toString('utf8'))
      parsed.set(this.body, value)
    }
    for (const step of this.path) value = (value as Readonly<Record<string | number, unknown>>)[step]
    return value
  }
}

/** Whether a parsed value has a number that JSON.parse may have rounded. No recursion: it may be nested very deep. */
export function mayBeRounded(value: unknown): boolean {
  const left: unknown[] = [value]
  while (left.length > 0) {
    const one = left.pop()
    if (typeof one === 'number' && !Number.isSafeInteger(one)) return true
    if (typeof one === 'object' && one !== null) for (const inner of Object.values(one)) left.push(inner)
  }
  return false
}

const parsed = new WeakMap<Buffer, unknown>()

/** An escape that stands for NUL or half a surrogate pair. Also true where it is a half of a whole pair, or the backslash is itself escaped. */
function mayBeUnstorable(body: Buffer): boolean {
  return body.includes('\\u') && /\\u(?:0000|d[89a-f])/i.test(body.toString('latin1'))
}

/** Each escape of JSON text, pairs of surrogates as one; in the group what jsonb refuses. */
const escapes = /\\(?:ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(u0000|ud[89a-f][0-9a-f]{2})|[\s\S])/gi

function withoutUnstorable(json: string): string {
  return json.replace(escapes, (found, refused) => (refused ? '\\ufffd' : found))
}

/**
 * Where columns of a table are in a payload, by their names in code: Postgres reads them there itself, so that they need
 * not be sent beside it. Of several paths the first with a value counts.
 */
export type Places = Readonly<Record<string, readonly (readonly string[])[]>>
