import type { Window } from '../moments.ts'

/**
 * The stretch of time that a value names, in unix seconds: `2024` is a year, `2024-03-01` a day, a full moment a second,
 * `now` this second. Undefined for what is no time. Shopify's tables show all of these; a moment without an offset is in
 * the shop's time zone, which is UTC here.
 */
export function timeValue(value: string, now: number): Window | undefined {
  if (value === 'now') return { from: now, to: now + 1 }
  const match = /^(\d{4})(-\d\d)?(-\d\d)?(?:[T ](\d\d)(:\d\d)?(:\d\d)?(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/.exec(value)
  if (!match) return undefined
  const [, year = '', month, day, hour, minute, second, , offset = 'Z'] = match
  const from =
    Date.parse(`${year}${month ?? '-01'}${day ?? '-01'}T${hour ?? '00'}${minute ?? ':00'}${second ?? ':00'}${offset}`) /
    1_000
  if (Number.isNaN(from)) return undefined
  if (second !== undefined) return { from, to: from + 1 }
  if (minute !== undefined) return { from, to: from + 60 }
  if (hour !== undefined) return { from, to: from + 3_600 }
  if (day !== undefined) return { from, to: from + 86_400 }
  const start = new Date(from * 1_000)
  const next =
    month === undefined ? start.setUTCFullYear(start.getUTCFullYear() + 1) : start.setUTCMonth(start.getUTCMonth() + 1)
  return { from, to: next / 1_000 }
}
