import * as z from 'zod'
import type { NestedCount, ReadPage } from '../../sync/read-page.ts'
import type { Slice, Tally } from '../../sync/slices.ts'

/** The shape of a stored tally: what a list has shown. See Tally. */
export const tallySchema = z.object({
  until: z.int(),
  listed: z.int(),
  months: z.record(z.string(), z.int()),
  recent: z.record(z.string(), z.int()).optional(),
  relisted: z.int().optional(),
})

export type { Tally } from '../../sync/slices.ts'

/** Seconds by which a page may be asked for earlier than one that was committed before it. */
const recentSeconds = 120

/** The tally that a page adds to. A list that is read from its beginning again counts anew, and cannot if it is one of several. */
export function tallyBefore(
  tally: Tally | undefined,
  { beginsList }: Pick<ReadPage, 'beginsList'>,
  { part, cursor }: Pick<Slice, 'part' | 'cursor'>,
): Tally | undefined {
  if (!beginsList) return tally
  if (part === null) return undefined
  return cursor === null ? tally : noTally
}

const nothingYet: Tally = { until: Number.POSITIVE_INFINITY, listed: 0, months: {} }

/** Counts the items of a page, by their creation seconds. */
export function count(before: Tally = nothingYet, created: readonly number[], seen: number): Tally {
  const until = Math.min(before.until, seen)
  const from = withoutLater(before, until)
  const { months, recent } = from
  let { listed } = from
  for (const second of created) {
    if (second > until) continue
    const month = monthOf(second)
    months[month] = (months[month] ?? 0) + 1
    if (second > until - recentSeconds) recent[second] = (recent[second] ?? 0) + 1
    listed++
  }
  return { until, listed, months, ...withRecent(recent) }
}

/** The sum of two tallies of the same list. */
export function addTally(before: Tally | undefined, after: Tally): Tally {
  const until = Math.min(before?.until ?? Number.POSITIVE_INFINITY, after.until)
  const first = withoutLater(before ?? nothingYet, until)
  const second = withoutLater(after, until)
  return {
    until,
    listed: first.listed + second.listed,
    months: sumOf(first.months, second.months),
    ...withRecent(sumOf(first.recent, second.recent)),
    ...withRelisted((before?.relisted ?? 0) + (after.relisted ?? 0)),
  }
}

/** Counts the items of nested lists whose parents are counted, each parent once. */
export function countNested(before: Tally = nothingYet, lists: readonly NestedCount[], seen: number): Tally {
  const until = Math.min(before.until, seen)
  const from = withoutLater(before, until)
  const { recent } = from
  let { listed } = from
  let relisted = before.relisted ?? 0
  for (const { created, items, relisted: isRelisted } of lists) {
    if (created !== null && created > until) continue
    if (isRelisted) {
      relisted += items
      continue
    }
    if (created !== null && created > until - recentSeconds) recent[created] = (recent[created] ?? 0) + items
    listed += items
  }
  return { until, listed, months: {}, ...withRecent(recent), ...withRelisted(relisted) }
}

/** The counts of the tally as if it had ended then, in objects of their own. */
function withoutLater(tally: Tally, until: number) {
  let { listed } = tally
  const months: Record<string, number> = { ...tally.months }
  const recent: Record<string, number> = {}
  for (const [second, items] of Object.entries(tally.recent ?? {})) {
    if (Number(second) <= until - recentSeconds) continue
    if (Number(second) <= until) recent[second] = items
    else {
      listed -= items
      takeOut(months, monthOf(Number(second)), items)
    }
  }
  return { listed, months, recent }
}

/** The tally without one item that was counted. */
export function decrement(tally: Tally, created: number): Tally {
  const months = { ...tally.months }
  const recent = { ...tally.recent }
  takeOut(months, monthOf(created), 1)
  takeOut(recent, String(created), 1)
  const listed = tally.listed - 1
  return { until: tally.until, listed, months, ...withRecent(recent), ...withRelisted(tally.relisted ?? 0) }
}

/** Lowers a count. One that reaches zero goes, and one that is not kept stays so. */
function takeOut(counts: Record<string, number>, key: string, items: number): void {
  const left = (counts[key] ?? 0) - items
  if (left > 0) counts[key] = left
  else delete counts[key]
}

function sumOf(left: Tally['recent'], right: Tally['recent']): Readonly<Record<string, number>> {
  const sum = { ...left }
  for (const [key, items] of Object.entries(right ?? {})) sum[key] = (sum[key] ?? 0) + items
  return sum
}

/** `recent` is left out where there is nothing in it. */
const withRecent = (recent: Tally['recent']) => (recent && Object.keys(recent).length > 0 ? { recent } : {})

const withRelisted = (relisted: number) => (relisted > 0 ? { relisted } : {})

/** A tally that is no longer kept, because it cannot be told what to take out of it. */
export const noTally: Tally = { until: -1, listed: 0, months: {} }

const monthsOfDays = new Map<number, string>()

/** `2026-10`. Remembered by day: this is asked for every item, and a date costs as much as all the rest of it. */
export function monthOf(second: number): string {
  const day = Math.floor(second / 86_400)
  const known = monthsOfDays.get(day)
  if (known !== undefined) return known
  const month = new Date(second * 1_000).toISOString().slice(0, 7)
  if (monthsOfDays.size > 50_000) monthsOfDays.clear()
  monthsOfDays.set(day, month)
  return month
}
