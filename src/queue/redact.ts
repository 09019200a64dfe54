import { redactSecrets } from '../log/redact.ts'

const secretName = /token|secret|password|passwd|pwd|credential|authorization|(?:^|_|api)key$/i
/** A secret's name and its value in text that is no JSON. Bounded repetitions: a hostile text must not take long. */
const namedSecret =
  /((?:token|secret|password|passwd|pwd|credential|authorization|key)[\w-]{0,64}\\{0,8}["']?\s{0,8}[:=]\s{0,8}(?:["']?(?:bearer|basic|token)\s{1,8})?)(?:\\{1,8}"[^"]*"?|"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;}"'\\]+)/gi
const longestCopy = 64 * 1024

/** Read beyond the cut, so that a secret that the cut goes through is seen whole. */
const beyondCut = 4 * 1024

/** A body with its secrets taken out, for the dead-letter queue: by the names of its keys, and by what keys look like. */
export function redactBody(body: string): string {
  return redact(body).slice(0, longestCopy).toWellFormed()
}

function redact(text: string): string {
  const json = redactJson(text)
  const read = (json ?? text).slice(0, longestCopy + beyondCut)
  return redactSecrets(json === undefined ? read.replace(namedSecret, '$1[redacted]') : read)
}

/**
 * JSON, and JSON in the strings of JSON. Undefined for what is no JSON, or nested too deep to be written again. Values
 * that begin beyond the cut are not looked at: a hundred thousand of them would take a second.
 */
function redactJson(text: string): string | undefined {
  if (!/^\s*["{[]/.test(text)) return undefined
  let left = longestCopy + beyondCut
  const spend = (value: unknown) => {
    left -= typeof value === 'string' ? value.length : 1
    return value
  }
  try {
    const parsed: unknown = JSON.parse(text)
    return JSON.stringify(parsed, (name, value) => {
      if (left <= 0) return null
      spend(name)
      if (secretName.test(name) && value !== null) return spend('[redacted]')
      return spend(typeof value === 'string' ? redact(value) : value)
    })
  } catch {
    return undefined
  }
}
