import type { Curve, Stretch } from './curve.ts'

/*
 * Some lists change slowly over time, so that a window is like those beside it. Others come in lumps, so that a window is
 * like any other. The windows that were counted tell which: each is predicted from the others, once in each way.
 */

/** The items of the times between windows that were counted. */
export function itemsBetween({ stretches, gaps }: Curve): number {
  const densest = stretches.toSorted((left, right) => densityOf([right]) - densityOf([left]))[0]
  const mean = densityOf(stretches.filter((stretch) => stretch !== densest))
  const slow = shareOfNeighbours(stretches)
  return gaps.reduce((sum, { from, to, items }) => sum + slow * items + (1 - slow) * mean * (to - from), 0)
}

/** How much the neighbours of a window tell of it, beside all windows: 1 if only they do, 0 if they tell nothing. */
export function shareOfNeighbours(stretches: readonly Stretch[]): number {
  let [byNeighbours, byAll] = [0, 0]
  for (const [at, stretch] of stretches.entries()) {
    const [before, after] = [stretches[at - 1], stretches[at + 1]]
    if (!before || !after) continue
    const density = densityOf([stretch])
    byNeighbours += ((densityOf([before]) + densityOf([after])) / 2 - density) ** 2
    byAll += (densityOf(stretches.filter((other) => other !== stretch)) - density) ** 2
  }
  return byAll + byNeighbours === 0 ? 1 : byAll / (byAll + byNeighbours)
}

const densityOf = (stretches: readonly Stretch[]) =>
  stretches.reduce((sum, { items }) => sum + items, 0) /
  Math.max(
    1,
    stretches.reduce((sum, { from, to }) => sum + to - from, 0),
  )
