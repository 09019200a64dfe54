import {
  closeBrace,
  closeBracket,
  JsonScanner,
  letterF,
  letterT,
  notScanned,
  openBrace,
  openBracket,
} from './scanner.ts'
import type { Outline, Shape } from './shape.ts'

/** A page of a list as far as it can be told without parsing it. */
export interface ListOutline {
  readonly hasMore: boolean
  readonly items: readonly Outline[]
}

/** Null where the answer has to be parsed to know. */
export function scanList(json: Buffer, shape: Shape): ListOutline | null {
  const scan = new JsonScanner(json)
  try {
    return readEnvelope(scan, shape)
  } catch (error) {
    if (error === notScanned) return null
    throw error
  }
}

function readEnvelope(scan: JsonScanner, shape: Shape): ListOutline | null {
  const { json } = scan
  let items: Outline[] | undefined
  let hasMore: boolean | undefined
  let isList = false
  scan.space()
  if (scan.peek() !== openBrace) return null
  for (let more = scan.enter(closeBrace); more; more = scan.next(closeBrace)) {
    const from = scan.at + 1
    const name = json.toString('latin1', from, scan.name())
    const first = scan.peek()
    const at = scan.at
    if (name === 'data') {
      if (items || first !== openBracket) return null
      items = []
      for (let one = scan.enter(closeBracket); one; one = scan.next(closeBracket)) items.push(shape.read(scan))
      continue
    }
    scan.value()
    if (name.includes('\\')) return null
    if (name === 'has_more') {
      if (hasMore !== undefined || (first !== letterT && first !== letterF)) return null
      hasMore = first === letterT
    } else if (name === 'object') {
      if (isList || json.toString('latin1', at, scan.at) !== '"list"') return null
      isList = true
    }
  }
  scan.space()
  return items && hasMore !== undefined && isList && scan.at === json.length ? { hasMore, items } : null
}
