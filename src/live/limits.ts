/** Bytes of a message: as many as SQS and EventBridge take. */
const mostBytes = 1_048_576
const mostDepth = 64
const mostValues = 100_000

/**
 * Says what a body has too much of, before it is parsed; null if it is within the limits. It counts brackets and commas
 * outside of texts, so that JSON of a hostile shape costs one pass.
 */
export function excessOf(body: string): string | null {
  if (Buffer.byteLength(body) > mostBytes) return `it has more than ${mostBytes} bytes`
  let depth = 0
  let values = 1
  for (let at = 0; at < body.length; at++) {
    const code = body.charCodeAt(at)
    if (code === quote) at = endOfText(body, at)
    else if (code === openBrace || code === openBracket) {
      values++
      if (++depth > mostDepth) return `it is nested deeper than ${mostDepth}`
    } else if (code === closeBrace || code === closeBracket) depth--
    else if (code === comma && ++values > mostValues) return `it has more than ${mostValues} values`
  }
  return values > mostValues ? `it has more than ${mostValues} values` : null
}

/** The position of the quote that ends the text that begins at `start`. */
function endOfText(body: string, start: number): number {
  for (let at = body.indexOf('"', start + 1); at >= 0; at = body.indexOf('"', at + 1)) {
    let backslashes = 0
    while (body.charCodeAt(at - 1 - backslashes) === backslash) backslashes++
    if (backslashes % 2 === 0) return at
  }
  return body.length
}

const [quote, comma, backslash] = [0x22, 0x2c, 0x5c]
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]
