import { measureJson } from '../json/unparsed.ts'

/** Bytes of a message: as many as SQS and EventBridge take. */
const mostBytes = 1_048_576
const mostDepth = 64
const mostValues = 100_000

/** Says what a body has too much of, before it is parsed; null if it is within the limits. */
export function excessOf(body: string): string | null {
  if (Buffer.byteLength(body) > mostBytes) return `it has more than ${mostBytes} bytes`
  const { depth, containers, commas } = measureJson(body)
  if (depth > mostDepth) return `it is nested deeper than ${mostDepth}`
  return 1 + containers + commas > mostValues ? `it has more than ${mostValues} values` : null
}
