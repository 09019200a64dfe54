import * as z from 'zod'
import type { NestedCount, ReadPage } from '../../sync/read-page.ts'
import type { Slice, Tally } from '../../sync/slices.ts'

/** The shape of a stored tally: what a list has shown. */
export const tallySchema = z.object({
  /** The provider's clock at the resource's first page; later items are not counted. */
  until: z.int(),
  /** Distinct items the provider listed, and the same per month of creation (`2026-10`). */
  listed: z.int(),
  months: z.record(z.string(), z.int()),
})

export type { Tally } from '../../sync/slices.ts'

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

/** Counts the items of a page, by their creation seconds. */
export function count(
  before: Tally = { until: Number.POSITIVE_INFINITY, listed: 0, months: {} },
  created: readonly number[],
  seen: number,
): Tally {
  const until = Math.min(before.until, seen)
  const months = { ...before.months }
  let { listed } = before
  for (const second of created) {
    if (second > until) continue
    const month = monthOf(second)
    months[month] = (months[month] ?? 0) + 1
    listed++
  }
  return { until, listed, months }
}

/** The sum of two tallies of the same list. */
export function addTally(before: Tally | undefined, { until, listed, months }: Tally): Tally {
  if (!before) return { until, listed, months }
  const sum = { ...before.months }
  for (const [month, items] of Object.entries(months)) sum[month] = (sum[month] ?? 0) + items
  return { until: Math.min(before.until, until), listed: before.listed + listed, months: sum }
}

/** Counts the items of nested lists whose parents are counted. */
export function countNested(
  before: Tally = { until: Number.POSITIVE_INFINITY, listed: 0, months: {} },
  lists: readonly NestedCount[],
  seen: number,
): Tally {
  const until = Math.min(before.until, seen)
  const counted = lists.filter(({ created }) => created === null || created <= until)
  return { until, listed: counted.reduce((sum, { items }) => sum + items, before.listed), months: {} }
}

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
