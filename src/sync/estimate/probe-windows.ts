import { SyncError, windowTooLarge } from '../../errors.ts'
import type { Page, TimeFilter, Window } from '../../provider/contract.ts'
import { curveThrough, type Stretch } from './curve.ts'
import { evenly } from './history.ts'
import { itemsBetween } from './lumps.ts'
import { askPages, type Probe, type Probing, pagesOf } from './probing.ts'
import { exactly } from './range.ts'

/** A window that has more than the provider gives is asked for again with this share of its length. */
const shorter = 1 / 8

/** A list that is read in windows: a few of them, which state or show how many items they have. */
export function probeWindows(
  { filter, ...probe }: Probe & { readonly filter: TimeFilter & { readonly maxDays: number } },
  signal: AbortSignal,
): Probing {
  const { source, now } = probe
  const asking = askPages(probe, signal)
  const by = source.createdFilter ? {} : ({ by: 'updated' } as const)
  const history = filter.historyDays ? now - filter.historyDays * 86_400 : 0
  const since = Math.min(now - 1, Math.max(probe.since, history))
  const span = filter.maxDays * 86_400
  const windows = Math.ceil((now - history) / span)
  const counted: Stretch[] = []
  let least = 0
  let length = span
  let isShort = false

  const curve = () => curveThrough(counted, since)

  /** The window that a job will read around a second, so that no part of the time between two windows is left over. */
  function onGrid(second: number, { from, to }: { readonly from: number; readonly to: number }): Window {
    const end = now - Math.floor((now - 1 - second) / span) * span
    return { from: Math.max(from, end - span), to: Math.min(to, end) }
  }

  /** The window around the second that tells most, in one of the gaps. */
  function nextWindow(): Window | null {
    if (counted.length === 0) return { from: Math.max(since, now - length), to: now }
    const { gaps } = curve()
    const [widest] = gaps.toSorted((left, right) => right.doubt - left.doubt)
    if (!widest) return null
    // Where all windows so far were empty, the longest time between them hides most.
    const [longest = widest] = gaps.toSorted((left, right) => right.to - right.from - (left.to - left.from))
    const { from, to, probe: middle } = widest.doubt < 1 ? longest : widest
    if (length === span) return onGrid(middle, { from, to })
    const end = Math.min(to, Math.round(middle + length / 2))
    return { from: Math.max(from, end - length), to: end }
  }

  return {
    doubt: () =>
      nextWindow() !== null
        ? Math.max(1, ...curve().gaps.map(({ doubt }) => doubt), counted.length === 0 ? Number.POSITIVE_INFINITY : 0)
        : 0,
    sample: asking.sample,
    seen: () => asking.sample().length,
    goesOn: () => nextWindow() !== null,
    async ask() {
      const window = nextWindow()
      if (!window) return
      const page = await askOrNull(() => asking.list({ window, ...by }))
      if (!page) {
        length = Math.max(3_600, Math.floor(length * shorter))
        return
      }
      const isExact = page.total !== undefined || page.next === null
      isShort ||= !isExact
      const items = page.total ?? page.items.length * (isExact ? 1 : 2)
      least += isExact ? items : page.items.length
      counted.push(evenly(window.from, window.to ?? now, items))
    },
    conclude() {
      const known = curve()
      const shape = {
        sample: asking.sample(),
        requests: (items: number) => Math.max(windows, pagesOf(items, asking.pageSize()) + Math.floor(windows / 2)),
        isChain: false,
        history: { curve: known, doubt: isShort ? 1 : 0 },
      }
      const isWhole = since === history && known.gaps.length === 0 && !isShort
      if (isWhole && counted.length > 0) return { items: exactly(least), basis: 'stated total', ...shape }
      const seen = known.stretches.reduce((all, { items }) => all + items, 0)
      const likely = Math.round(seen + itemsBetween(known))
      return {
        items: { least, likely: Math.max(least, likely), most: null },
        basis: 'sampled times',
        ...shape,
      }
    },
  }
}

/** Null if the window has more than the provider gives. */
async function askOrNull(ask: () => Promise<Page>): Promise<Page | null> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof SyncError && error.code === windowTooLarge) return null
    throw error
  }
}
