import { redactSecrets } from '../log/redact.ts'

const secretName = /token|secret|password|passwd|pwd|credential|authorization|(?:^|_|api)key$/i
/** A secret's name and its value in text that is not JSON. Repetitions are bounded, so that a hostile text takes no longer. */
const namedSecret =
  /((?:token|secret|password|passwd|pwd|credential|authorization|key)[\w-]{0,64}\\{0,8}["']?\s{0,8}[:=]\s{0,8}(?:["']?(?:bearer|basic|token)\s{1,8})?)(?:\\{1,8}"[^"]*"?|"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;}"'\\]+)/gi
/** Characters. A person reads the copy, and redacting a whole megabyte would take a second. */
const longestCopy = 64 * 1024

/** Characters read beyond the copy, so that a secret across its end is still recognised. */
const lookahead = 4 * 1024

/** A body for the dead-letter queue, its secrets replaced: by the names of its fields, and by what keys look like. */
export function redactBody(body: string): string {
  return redact(body).slice(0, longestCopy).toWellFormed()
}

function redact(text: string): string {
  const json = redactJson(text)
  const read = (json ?? text).slice(0, longestCopy + lookahead)
  return redactSecrets(json === undefined ? read.replace(namedSecret, '$1[redacted]') : read)
}

/**
 * Redacts JSON, and JSON in the strings of JSON. Undefined if the text is not JSON, or is nested too deep to be written
 * again. Values beyond the copy become null: to read a hundred thousand of them would take a second.
 */
function redactJson(text: string): string | undefined {
  if (!/^\s*["{[]/.test(text)) return undefined
  let budget = longestCopy + lookahead
  const spend = (value: unknown) => {
    budget -= typeof value === 'string' ? value.length : 1
    return value
  }
  try {
    const parsed: unknown = JSON.parse(text)
    return JSON.stringify(parsed, (name, value) => {
      if (budget <= 0) return null
      spend(name)
      if (secretName.test(name) && value !== null) return spend('[redacted]')
      return spend(typeof value === 'string' ? redact(value) : value)
    })
  } catch {
    return undefined
  }
}
