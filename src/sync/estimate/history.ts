import type { Curve, Stretch } from './curve.ts'

/** Items of a list before a second. Where their times are not known, they count as spread evenly. */
function itemsBefore({ stretches, gaps }: Curve, second: number): number {
  const evenlySpread = ({ from, to, items }: Pick<Stretch, 'from' | 'to' | 'items'>) =>
    items * Math.min(1, Math.max(0, (second - from) / Math.max(1, to - from)))
  const inStretches = stretches.map((stretch) =>
    stretch.seconds ? stretch.seconds.filter((created) => created < second).length : evenlySpread(stretch),
  )
  return [...inStretches, ...gaps.map(evenlySpread)].reduce((sum, items) => sum + items, 0)
}

/** Several lists as one. */
export const pooled = (curves: readonly Curve[]): Curve => ({
  stretches: curves.flatMap(({ stretches }) => stretches),
  gaps: curves.flatMap(({ gaps }) => gaps),
})

/** So many items of the other list count as much as what the list shows by itself. */
const trusted = 10

/**
 * Items of a list whose newest stretch is known, if all of them are spread as those of another list. The fewer of these lie
 * in the same time, the more counts `ownCount`, which is what the list shows by itself.
 */
export function countedFrom({ stretches: [newest] }: Curve, like: Curve, ownCount: number): number {
  if (!newest) return ownCount
  const before = itemsBefore(like, newest.from)
  const since = itemsBefore(like, Number.POSITIVE_INFINITY) - before
  if (since <= 0) return ownCount
  const weight = since / (since + trusted)
  return (newest.items * (1 + before / since)) ** weight * Math.max(1, ownCount) ** (1 - weight)
}

/** The items of a stretch, as one density. */
export function evenly(from: number, to: number, items: number): Stretch {
  const span = Math.max(1, to - from)
  const edge = { density: items / span, span }
  return { from, to, items, newer: edge, older: edge }
}
