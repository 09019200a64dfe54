/**
 * Retry-After in milliseconds; undefined if there is none. The header has seconds, or a date that is compared with the
 * answer's date.
 */
export function retryAfterMs(headers: Readonly<Record<string, string | undefined>>): number | undefined {
  const retryAfter = headers['retry-after']
  if (retryAfter === undefined) return undefined
  const ms = /^\s*-?\d+(\.\d+)?\s*$/.test(retryAfter)
    ? Number(retryAfter) * 1_000
    : Date.parse(retryAfter) - Date.parse(headers.date ?? '')
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
