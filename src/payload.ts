import { isUtf8 } from 'node:buffer'

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

  /** The whole answer; undefined where jsonb would refuse its bytes: not UTF-8, or with NUL or half a surrogate pair in it. */
  static of(body: Buffer): Payload | undefined {
    return isUtf8(body) && !mayBeUnstorable(body) ? new Payload(body, []) : undefined
  }

  at(...path: readonly (string | number)[]): Payload {
    return new Payload(this.body, [...this.path, ...path])
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

const parsed = new WeakMap<Buffer, unknown>()

/** An escape that stands for NUL or half a surrogate pair. Also true where the backslash is itself escaped. */
function mayBeUnstorable(body: Buffer): boolean {
  return body.includes('\\u') && /\\u(?:0000|d[89a-f])/i.test(body.toString('latin1'))
}
