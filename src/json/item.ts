import { isUsableId } from './id.ts'
import type { RawJson } from './raw-json.ts'
import type { Expected, ScannedItem, Shape } from './shape.ts'
import { type Fields, fields, type Path, valueAt } from './value.ts'

/** Marks a value that is not parsed yet. */
const unread = Symbol('unread')

let readRaw: (item: Item) => RawJson | null
let readField: (item: Item, name: string) => unknown
let hasShape: (item: Item, expected: readonly Expected[]) => boolean

/**
 * An object of a provider's answer with its part of the answer's bytes, which the database stores. It is parsed when its
 * value is first read. An item that matches its shape is never parsed.
 */
export class Item {
  readonly #raw: RawJson | null
  readonly #scanned: ScannedItem | null
  readonly #shape: Shape | null
  readonly #id: string | undefined
  readonly #isExtended: boolean
  #value: unknown

  private constructor(
    raw: RawJson | null,
    value: unknown,
    scanned: ScannedItem | null,
    shape: Shape | null,
    id?: string,
    isExtended = false,
  ) {
    this.#raw = raw
    this.#id = id
    this.#value = value
    this.#scanned = scanned
    this.#shape = shape
    this.#isExtended = isExtended
  }

  /** An item of a known value. Without `raw` the value is serialised to be stored. */
  static of(value: unknown, raw: RawJson | null = null): Item {
    return new Item(raw, value, null, null)
  }

  /** An item of bytes that are not parsed yet. */
  static cut(raw: RawJson): Item {
    return new Item(raw, unread, null, null)
  }

  /** An item that matches a shape. */
  static scanned(raw: RawJson, scanned: ScannedItem, shape: Shape): Item {
    return new Item(raw, unread, scanned, shape)
  }

  static {
    readRaw = (item) => item.#raw
    readField = (item, name) => item.#field(name)
    hasShape = (item, expected) => item.#shape?.expected === expected
  }

  /** Null if the id cannot be a row's key. */
  get id(): string | null {
    if (this.#scanned) return this.#scanned.id
    const id = this.#id ?? fields(this.value()).id
    return isUsableId(id) ? id : null
  }

  /** The item under an id that its provider does not give it: an order's line, whose id is unique in its order only. */
  withId(id: string): Item {
    return new Item(this.#raw, this.#value, null, null, id, this.#isExtended)
  }

  /**
   * The item with fields that stand outside of it, for the columns of its row: the customer of a payment stands in its order.
   * What is stored is the item as it was sent.
   */
  withFields(more: Fields): Item {
    return new Item(this.#raw, { ...fields(this.value()), ...more }, null, null, this.#id, true)
  }

  /** It has fields that stand outside of it: its row may change although its bytes do not. */
  get isExtended(): boolean {
    return this.#isExtended
  }

  /** As JSON.parse reads it. */
  value(): unknown {
    if (this.#value === unread) this.#value = this.#raw?.value()
    return this.#value
  }

  /** The value at a path with its bytes: `item.at('lines', 'data', 0)`. Its `value()` is undefined if there is none, or null. */
  at(...path: Path): Item {
    const value = valueAt(this.value(), path)
    return Item.of(value, value === undefined ? null : (this.#raw?.at(...path) ?? null))
  }

  #field(name: string): unknown {
    if (this.#scanned && name === this.#shape?.time) return this.#scanned.second
    return fields(this.value())[name]
  }
}

/** A list's entries as items; null if the item is no list. */
export function itemsIn(list: Item): readonly Item[] | null {
  const entries = list.value()
  if (!Array.isArray(entries)) return null
  const raw = rawOf(list)
  return entries.map((entry, at) => Item.of(entry, raw?.at(at) ?? null))
}

/** The item's bytes; null if it was made from a value. */
export const rawOf = (item: Item): RawJson | null => readRaw(item)

/** A field's value. The creation time of a scanned item is known without parsing. */
export const fieldOf = (item: Item, name: string): unknown => readField(item, name)

/** Whether a scan matched every value to its expected kind. */
export const matches = (item: Item, expected: readonly Expected[]): boolean => hasShape(item, expected)

/** The form that is stored: the item's bytes, or its value if it has no bytes. */
export const storedForm = (item: Item): unknown => rawOf(item) ?? item.value()
