import type { Query, TimeFilter } from '../../../provider/contract.ts'
import type { Kit } from '../kit.ts'
import { isInBody, type Parameters } from './body.ts'
import { stepsOf } from './pointer.ts'
import { timeOf } from './readers.ts'
import type { TimeFilterPart, TimeFormat } from './schema-parts.ts'
import { fillTimes, namesEnd } from './template.ts'

export function timeFilter(part: TimeFilterPart, kit: Kit): TimeFilter {
  const { at, read, order, lagSeconds, maxDays, historyDays } = part
  return {
    field: stepsOf(at).join('.'),
    // The core reads seconds since 1970 itself, without parsing the item.
    ...(read !== 'unixSeconds' && { read: timeOf(read, kit) }),
    ...(order === 'none' && { order }),
    ...(lagSeconds !== undefined && { lag: lagSeconds }),
    ...(maxDays !== undefined && { maxDays }),
    ...(historyDays !== undefined && { historyDays }),
  }
}

/** The parameters of a query's window. `began`: a second before which there is nothing. */
export function timeParameters(part: TimeFilterPart, { window }: Query, began: number): Parameters {
  const { parameters, parametersWithoutEnd, format } = part
  const { from = 0, to = null } = window ?? {}
  const withoutEnd =
    parametersWithoutEnd ?? Object.fromEntries(Object.entries(parameters).filter(([, text]) => !namesEnd(text)))
  const seconds = { from: Math.max(from, began), to }
  const texts = Object.entries(to === null ? withoutEnd : parameters)
  return Object.fromEntries(
    texts.map(([name, text]) => {
      const value = fillTimes(text, seconds, writers[format])
      // In JSON a time in seconds is a number.
      const isNumber = isInBody(name) && /^unix/.test(format) && /^\{[^{}]*\}$/.test(text)
      return [name, isNumber ? Number(value) : value]
    }),
  )
}

/** Milliseconds since 1970 in the format of a parameter. */
const writers: Readonly<Record<TimeFormat, (ms: number) => string>> = {
  rfc3339: (ms) => new Date(ms).toISOString(),
  unixSeconds: (ms) => String(Math.floor(ms / 1_000)),
  unixMilliseconds: String,
  date: (ms) => new Date(ms).toISOString().slice(0, 10),
}
