import { isUtf8 } from 'node:buffer'
import { type Span, spanWithin } from './span.ts'

/**
 * A value by its place in a provider's answer. It reaches the database as the answer's own bytes: written again from what
 * JSON.parse makes of it, it would cost twice the time and round integers beyond 2^53.
 */
export class Payload {
  private readonly body: Buffer
  private readonly outer: Payload | undefined
  private readonly step: string | number
  #span: Span | undefined
  #entries: readonly Span[] = []

  private constructor(body: Buffer, outer?: Payload, step: string | number = '', span?: Span) {
    this.body = body
    this.outer = outer
    this.step = step
    this.#span = span
  }

  /** The whole answer. What jsonb refuses of its bytes (not UTF-8, NUL, half a surrogate pair) becomes U+FFFD, all else stays. */
  static of(body: Buffer): Payload {
    const storable = isUtf8(body) && !mayBeUnstorable(body)
    return new Payload(storable ? body : Buffer.from(withoutUnstorable(body.toString('utf8'))))
  }

  at(...path: readonly (string | number)[]): Payload {
    return path.reduce((value: Payload, step) => new Payload(value.body, value, step, value.#known(step)), this)
  }

  /** The same list, where somebody has seen already where its entries are. */
  withEntries(entries: readonly Span[]): Payload {
    const list = new Payload(this.body, this.outer, this.step, this.#span)
    list.#entries = entries
    return list
  }

  /** UTF-8 JSON: the value's own part of the answer. */
  get bytes(): Buffer {
    const { from, to } = this.#place()
    return from === 0 && to === this.body.length ? this.body : this.body.subarray(from, to)
  }

  /** Of `bytes`. */
  get length(): number {
    const { from, to } = this.#place()
    return to - from
  }

  /** The same value without the rest of the answer. */
  alone(): Payload {
    return new Payload(this.bytes)
  }

  /** As JSON.parse reads it: for what the bytes cannot be used for. */
  value(): unknown {
    if (this.outer) return (this.outer.value() as Readonly<Record<string | number, unknown>>)[this.step]
    const known = parsed.get(this.body)
    if (known !== undefined) return known
    const value = JSON.parse(this.body.toString('utf8'))
    parsed.set(this.body, value)
    return value
  }

  #known(step: string | number): Span | undefined {
    return typeof step === 'number' ? this.#entries[step] : undefined
  }

  #place(): Span {
    this.#span ??= this.outer
      ? spanWithin(this.body, this.outer.#place(), this.step)
      : { from: 0, to: this.body.length }
    return this.#span
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
