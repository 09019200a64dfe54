import { isUsableId } from './id.ts'
import type { RawJson } from './raw-json.ts'
import type { Expected, ScannedItem, Shape } from './shape.ts'
import { fields, type Path, valueAt } from './value.ts'

/** Stands for a value that nobody has asked for yet. */
const unread = Symbol('unread')

let readRaw: (item: Item) => RawJson | null
let readField: (item: Item, name: string) => unknown
let hasShape: (item: Item, expected: readonly Expected[]) => boolean

/**
 * An object of a provider's answer. It carries its part of the answer's bytes, which the database gets, and is parsed when
 * its value is first asked for: an item that looks as expected never is.
 */
export class Item {
  readonly #raw: RawJson | null
  readonly #scanned: ScannedItem | null
  readonly #shape: Shape | null
  #value: unknown

  private constructor(raw: RawJson | null, value: unknown, scanned: ScannedItem | null, shape: Shape | null) {
    this.#raw = raw
    this.#value = value
    this.#scanned = scanned
    this.#shape = shape
  }

  /** An item that was put together, or whose value is known already. Without `raw` it is written as JSON to be stored. */
  static of(value: unknown, raw: RawJson | null = null): Item {
    return new Item(raw, value, null, null)
  }

  /** An item that only its bytes are known of. */
  static cut(raw: RawJson): Item {
    return new Item(raw, unread, null, null)
  }

  /** An item that looks as a shape expects it. */
  static scanned(raw: RawJson, scanned: ScannedItem, shape: Shape): Item {
    return new Item(raw, unread, scanned, shape)
  }

  static {
    readRaw = (item) => item.#raw
    readField = (item, name) => item.#field(name)
    hasShape = (item, expected) => item.#shape?.expected === expected
  }

  /** Its id; null if no row can be kept under it. */
  get id(): string | null {
    if (this.#scanned) return this.#scanned.id
    const { id } = fields(this.value())
    return isUsableId(id) ? id : null
  }

  /** As JSON.parse reads it. */
  value(): unknown {
    if (this.#value === unread) this.#value = this.#raw?.value()
    return this.#value
  }

  /** What is at a path inside it, with that part of the bytes: `item.at('lines', 'data', 0)`. Its value is undefined for null and if there is none. */
  at(...path: Path): Item {
    const value = valueAt(this.value(), path)
    return Item.of(value, value === undefined ? null : (this.#raw?.at(...path) ?? null))
  }

  #field(name: string): unknown {
    if (this.#scanned && name === this.#shape?.time) return this.#scanned.second
    return fields(this.value())[name]
  }
}

/** The entries of a list as items; null if the item is no list. */
export function itemsIn(list: Item): readonly Item[] | null {
  const entries = list.value()
  if (!Array.isArray(entries)) return null
  const raw = rawOf(list)
  return entries.map((entry, at) => Item.of(entry, raw?.at(at) ?? null))
}

/** The item's own bytes; null if it was put together. */
export const rawOf = (item: Item): RawJson | null => readRaw(item)

/** A field's value. A scanned item is not parsed for its time. */
export const fieldOf = (item: Item, name: string): unknown => readField(item, name)

/** Whether a scan found every value to look as expected. */
export const matches = (item: Item, expected: readonly Expected[]): boolean => hasShape(item, expected)

/** What is stored of it: its bytes, or its value if it has none. */
export const storedForm = (item: Item): unknown => rawOf(item) ?? item.value()
