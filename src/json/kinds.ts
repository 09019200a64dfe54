import { longestId } from './id.ts'
import { backslash, dot, isDigit, letterF, letterT, minus, openBrace, quote } from './scanner.ts'

/** How a value looks that the reader of that name in `provider/fields` takes as it is. Null matches each of them. */
export type Kind = 'text' | 'flag' | 'integer' | 'unixSeconds' | 'object' | 'reference' | 'decimal'

/** Whether the value at this place looks as its reader wants it. */
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

/** Whether a text is an id as it stands: ASCII without escapes, not too long. */
export function isPlain(json: Buffer, from: number, to: number): boolean {
  if (to === from || to - from > longestId) return false
  for (let at = from; at < to; at++) {
    const byte = json[at] ?? 0
    if (byte === backslash || byte >= 0x80) return false
  }
  return true
}

/** The value of digits. */
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

/** Digits, with a sign and a point at most. */
function isDecimal(json: Buffer, from: number, to: number): boolean {
  if (to - from > 100) return false
  const start = json[from] === minus ? from + 1 : from
  let point = start
  while (point < to && json[point] !== dot) point++
  return isNumeral(json, start, point, 100) && (point === to || isNumeral(json, point + 1, to, 100))
}
