import { longestId } from './id.ts'
import { backslash, dot, isDigit, letterF, letterT, minus, openBrace, quote } from './scanner.ts'

/** A kind of JSON value that the reader of this name in `provider/fields` takes unchanged. Null matches each kind. */
export type Kind = 'text' | 'flag' | 'integer' | 'unixSeconds' | 'object' | 'reference' | 'decimal'

/** Whether the value in these bytes is of the kind. */
export function matchesKind(kind: Kind, json: Buffer, from: number, to: number): boolean {
  const first = json[from]
  switch (kind) {
    case 'text':
      return first === quote
    case 'flag':
      return first === letterT || first === letterF
    case 'object':
      return first === openBrace
    case 'reference':
      return first === quote && isPlain(json, from + 1, to - 1)
    case 'integer':
      return isNumeral(json, first === minus ? from + 1 : from, to, 15)
    case 'decimal':
      return first === quote ? isDecimal(json, from + 1, to - 1) : isDecimal(json, from, to)
    case 'unixSeconds':
      return isNumeral(json, from, to, 11)
  }
}

/** Whether a string is an id without decoding: ASCII, no escapes, not too long. */
export function isPlain(json: Buffer, from: number, to: number): boolean {
  if (to === from || to - from > longestId) return false
  for (let at = from; at < to; at++) {
    const byte = json[at] ?? 0
    if (byte === backslash || byte >= 0x80) return false
  }
  return true
}

/** The number that the digits write. */
export function readNumeral(json: Buffer, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) value = value * 10 + (json[at] ?? 0) - 0x30
  return value
}

function isNumeral(json: Buffer, from: number, to: number, digitsAtMost: number): boolean {
  if (to - from > digitsAtMost) return false
  for (let at = from; at < to; at++) if (!isDigit(json[at] ?? 0)) return false
  return to > from
}

/** Whether the bytes are digits with an optional sign and decimal point. */
function isDecimal(json: Buffer, from: number, to: number): boolean {
  if (to - from > 100) return false
  const start = json[from] === minus ? from + 1 : from
  let point = start
  while (point < to && json[point] !== dot) point++
  return isNumeral(json, start, point, 100) && (point === to || isNumeral(json, point + 1, to, 100))
}
