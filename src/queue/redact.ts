import { scrub } from '../log.ts'

const secretName = /token|secret|password|credential|(?:^|_|api)key$/i
const longestCopy = 64 * 1024

/** A body with its secrets taken out, for the dead-letter queue: by the names of its keys, and by what keys look like. */
export function redactBody(body: string): string {
  return scrub(redactJson(body) ?? redactText(body))
}

function redactJson(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || value === null) return undefined
    return JSON.stringify(value, (name, one) => (secretName.test(name) && one !== null ? '[redacted]' : one)).slice(
      0,
      longestCopy,
    )
  } catch {
    // Not JSON, or nested too deep to be written again.
    return undefined
  }
}

/** What is no JSON may still hold a token behind its name. */
function redactText(body: string): string {
  const named =
    /([\w-]*(?:token|secret|password|credential|key)[\w-]*\\*["']?\s*[:=]\s*\\*)(?:"[^"]*"?|'[^']*'?|[^\s,;}"']+)/gi
  const allowed = body.slice(0, longestCopy).replace(named, '$1[redacted]')
  return (
    allowed.toWellFormed().replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD') || '(empty)'
  )
}
