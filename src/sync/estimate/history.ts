import type { Curve, Stretch } from './curve.ts'

/** Items of a list before a second. Within a stretch or a gap they count as spread evenly. */
function itemsBefore({ stretches, gaps }: Curve, second: number): number {
  return [...stretches, ...gaps].reduce((sum, { from, to, items }) => {
    const share = to <= second ? 1 : from >= second ? 0 : (second - from) / Math.max(1, to - from)
    return sum + items * share
  }, 0)
}

/** Items of a list whose newest stretch is known, if all of them are spread as those of another list; null if that shows none. */
export function countedFrom({ stretches: [newest] }: Curve, like: Curve): number | null {
  if (!newest) return null
  const before = itemsBefore(like, newest.from)
  const since = itemsBefore(like, Number.POSITIVE_INFINITY) - before
  return since > 0 ? newest.items * (1 + before / since) : null
}

/** The items of a stretch, as one density. */
export function evenly(from: number, to: number, items: number): Stretch {
  const span = Math.max(1, to - from)
  const edge = { density: items / span, span }
  return { from, to, items, newer: edge, older: edge }
}
