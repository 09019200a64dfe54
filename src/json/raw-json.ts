import { isUtf8 } from 'node:buffer'
import { type Span, spanWithin } from './span.ts'
import { mayBeUnstorable, withoutUnstorable } from './storable.ts'
import type { Path } from './value.ts'

/**
 * A value in a provider's answer, as the answer's bytes. The database stores these bytes, because parsing and serialising
 * them takes twice the time and rounds integers beyond 2^53.
 */
export class RawJson {
  readonly #body: Buffer
  readonly #outer: RawJson | undefined
  readonly #step: string | number
  #span: Span | undefined

  private constructor(body: Buffer, span?: Span, outer?: RawJson, step: string | number = '') {
    this.#body = body
    this.#span = span
    this.#outer = outer
    this.#step = step
  }

  /** A whole answer. Bytes that jsonb refuses (invalid UTF-8, NUL, half a surrogate pair) become U+FFFD. */
  static of(body: Buffer): RawJson {
    const storable = isUtf8(body) && !mayBeUnstorable(body)
    const bytes = storable ? body : Buffer.from(withoutUnstorable(body.toString('utf8')))
    return new RawJson(bytes, { from: 0, to: bytes.length })
  }

  /** A value inside this one. It is located when its bytes are first needed. */
  at(...path: Path): RawJson {
    return path.reduce((value: RawJson, step) => new RawJson(value.#body, undefined, value, step), this)
  }

  /** A value of the same answer at known offsets. */
  cut(span: Span): RawJson {
    return new RawJson(this.#body, span)
  }

  /** UTF-8 JSON: the value's part of the answer. */
  get bytes(): Buffer {
    const { from, to } = this.#place()
    return from === 0 && to === this.#body.length ? this.#body : this.#body.subarray(from, to)
  }

  /** Of `bytes`. */
  get length(): number {
    const { from, to } = this.#place()
    return to - from
  }

  /** As JSON.parse reads it. Each call parses again. */
  value(): unknown {
    const { from, to } = this.#place()
    return JSON.parse(this.#body.toString('utf8', from, to))
  }

  #place(): Span {
    const outer = this.#outer
    this.#span ??= spanWithin(this.#body, outer ? outer.#place() : { from: 0, to: this.#body.length }, this.#step)
    return this.#span
  }
}
