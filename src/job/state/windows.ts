import type { TimeFilter, Window } from '../../provider/contract.ts'

/**
 * The windows that together are the time from `since` to `to`, the newest first: one, unless it is split or the API takes
 * only so many days. What is before the API's history is in none. `now`: second since 1970. `splits`: seconds, oldest first.
 */
export function windowsOf(
  filter: Pick<TimeFilter, 'maxDays' | 'historyDays'> | undefined,
  {
    since,
    to,
    now,
    splits = [],
  }: {
    readonly since: number
    readonly to: number | null
    readonly now: number
    readonly splits?: readonly number[]
  },
): readonly Window[] {
  const from = Math.max(since, historyStart(filter, now) ?? 0)
  if (!filter?.maxDays) {
    const begins = [from, ...splits.filter((second) => second > from && (to === null || second < to))]
    return begins.map((begin, at) => ({ from: begin, to: begins[at + 1] ?? to })).reverse()
  }
  if (to === null && now <= since) throw new RangeError('windows of some days need the time that they end at')
  const windows: Window[] = []
  const seconds = filter.maxDays * 86_400
  for (let end = to ?? now; end > from; end -= seconds) windows.push({ from: Math.max(from, end - seconds), to: end })
  return windows
}

/** The second at which the API's history begins; null if it has no such bound. */
export function historyStart(filter: Pick<TimeFilter, 'historyDays'> | undefined, now: number): number | null {
  return filter?.historyDays ? now - filter.historyDays * 86_400 : null
}
