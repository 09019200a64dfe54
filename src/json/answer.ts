import { Item } from './item.ts'
import { RawJson } from './raw-json.ts'
import { backslash, closeBrace, closeBracket, JsonScanner, notScanned, openBrace, openBracket } from './scanner.ts'
import type { Shape } from './shape.ts'
import { type Fields, fields } from './value.ts'

/** A list in an answer, and the fields beside it. */
export interface ItemList {
  /** Null if the answer has no such list. */
  readonly items: readonly Item[] | null
  readonly fields: Fields
}

/** A provider's answer. */
export interface JsonAnswer {
  /** The answer as a whole. @throws Error `notJson` */
  readonly whole: Item
  /** The list of this name. Items that match the shape are not parsed. @throws Error `notJson` */
  list(name: string, shape?: Shape): ItemList
}

/** `notJson` makes the error for an answer that is no JSON. */
export function openAnswer(body: Buffer, notJson: () => Error): JsonAnswer {
  const raw = RawJson.of(body)
  const parse = (): unknown => {
    try {
      return JSON.parse(body.toString('utf8'))
    } catch {
      throw notJson()
    }
  }
  return {
    get whole() {
      return Item.of(parse(), raw)
    },
    list(name, shape) {
      // Bytes that were changed to be storable are not read as items, because an id must stay as it was sent.
      const scanned = raw.bytes === body ? scanList(raw, name, shape) : null
      if (scanned) return scanned
      const all = fields(parse())
      const entries = all[name]
      if (!Array.isArray(entries)) return { items: null, fields: all }
      const list = raw.at(name)
      return { items: entries.map((entry, at) => Item.of(entry, list.at(at))), fields: all }
    },
  }
}

/** Null if the answer has to be parsed. */
function scanList(raw: RawJson, name: string, shape: Shape | undefined): ItemList | null {
  try {
    return readEnvelope(raw, name, shape)
  } catch (error) {
    if (error === notScanned) return null
    throw error
  }
}

function readEnvelope(raw: RawJson, listName: string, shape: Shape | undefined): ItemList | null {
  const scan = new JsonScanner(raw.bytes)
  const { json } = scan
  let items: readonly Item[] | undefined
  const beside: [string, unknown][] = []
  scan.space()
  if (scan.peek() !== openBrace) return null
  for (let more = scan.enter(closeBrace); more; more = scan.next(closeBrace)) {
    const start = scan.at + 1
    const end = scan.name()
    if (json.subarray(start, end).includes(backslash)) return null
    const name = json.toString('utf8', start, end)
    if (name === listName) {
      if (items || scan.peek() !== openBracket) return null
      items = readItems(scan, raw, shape)
      continue
    }
    if (beside.some(([other]) => other === name)) return null
    const from = scan.at
    scan.value()
    beside.push([name, JSON.parse(json.toString('utf8', from, scan.at))])
  }
  scan.space()
  return items && scan.at === json.length ? { items, fields: Object.fromEntries(beside) } : null
}

function readItems(scan: JsonScanner, raw: RawJson, shape: Shape | undefined): readonly Item[] {
  const items: Item[] = []
  for (let more = scan.enter(closeBracket); more; more = scan.next(closeBracket)) {
    const from = scan.at
    const scanned = shape?.scan(scan)
    if (!shape) scan.value()
    if (shape && scanned) items.push(Item.scanned(raw.cut(scanned), scanned, shape))
    else items.push(Item.cut(raw.cut({ from, to: scan.at })))
  }
  return items
}
