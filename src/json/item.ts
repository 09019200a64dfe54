import type { Payload } from './raw-json.ts'

/**
 * An item that nobody had to parse: its id and the field with its time are here, and every column is in its bytes in the
 * shape its reader expects. Whoever needs more asks for the whole. It needs a `Page.payload`.
 */
export class Unparsed {
  readonly id: string
  readonly #items: Payload
  readonly #at: number
  readonly [field: string]: unknown

  /** The item at a place of these. */
  constructor(items: Payload, at: number, id: string, time?: { readonly field: string; readonly second: number }) {
    this.id = id
    this.#items = items
    this.#at = at
    if (time) Object.defineProperty(this, time.field, { value: time.second })
  }

  /** As JSON.parse reads it; of the page's other items nothing is made. */
  whole(): unknown {
    return this.#items.at(this.#at).alone().value()
  }
}
