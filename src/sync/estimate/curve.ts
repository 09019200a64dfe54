/*
 * How many items a list has, estimated from a few of its pages. A page shows the items just before a second, newest first, and so
 * how dense they are there. Between two pages of like density, the density is taken to change evenly. Between two pages of
 * unlike density it is taken to change at once, at a time that the pages do not show.
 */

/** A time whose items are known. Seconds since 1970. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly items: number
  /** When they were created, if that is known of each. */
  readonly seconds?: readonly number[]
  /** How dense the items are at both ends. */
  readonly newer: Edge
  readonly older: Edge
}

/** How dense items are at an end of a stretch. */
export interface Edge {
  /** Items a second. */
  readonly density: number
  /** Seconds for which they are known to be as dense. */
  readonly span: number
}

/** A time between two stretches, about which nothing is known. */
export interface Gap {
  readonly from: number
  readonly to: number
  /** The items it is taken to have. */
  readonly items: number
  /** How many more or fewer there may be, if it is as dense as one of the stretches beside it. */
  readonly doubt: number
  /** The second at which the next request tells most. */
  readonly probe: number
}

/** What is known of a list, newest first, with the gaps between. */
export interface Curve {
  readonly stretches: readonly Stretch[]
  /** None if the stretches show everything. */
  readonly gaps: readonly Gap[]
}

/** Orders the stretches of a list, which do not overlap. `since`: the second before which the list has nothing. */
export function curveThrough(stretches: readonly Stretch[], since: number): Curve {
  const sorted = stretches.toSorted((left, right) => right.to - left.to)
  const gaps = sorted.flatMap(({ from: to, older: newer }, index) => {
    const next = sorted[index + 1]
    const from = next?.to ?? since
    if (to <= from) return []
    return [gapBetween({ from, to }, newer, next?.newer ?? onward(newer, sorted[index - 1]), next !== undefined)]
  })
  return { stretches: sorted, gaps }
}

/** The mean density between two densities, if it changes by the same factor in equal times. */
export function meanDensity(newer: number, older: number): number {
  if (newer <= 0 || older <= 0) return (newer + older) / 2
  const ratio = newer / older
  return Math.abs(ratio - 1) < 1e-3 ? (newer + older) / 2 : (newer - older) / Math.log(ratio)
}

/** Densities that differ by this factor are taken for two that change at once. */
const unlike = 15
/** The share of its items that is doubted of the time before all stretches, even if they are all of one density. */
const doubtBefore = 0.6

function gapBetween({ from, to }: Pick<Gap, 'from' | 'to'>, newer: Edge, older: Edge, isBetween: boolean): Gap {
  const length = to - from
  const [sparse, dense] = newer.density < older.density ? [newer, older] : [older, newer]
  const difference = dense.density - sparse.density
  const doubt = Math.max(difference, isBetween ? 0 : doubtBefore * newer.density) * length
  const inside = (second: number) => Math.min(to - 1, Math.max(from + 1, Math.round(second)))
  if (dense.density <= sparse.density * unlike) {
    const ratio = sparse.density > 0 ? older.density / newer.density : 1
    const share = Math.abs(ratio - 1) < 1e-3 ? 0.5 : Math.log((1 + ratio) / 2) / Math.log(ratio)
    const items =
      (evenShare * meanDensity(newer.density, older.density) + (1 - evenShare) * powerMean(dense, sparse, length)) *
      length
    return { from, to, items, doubt, probe: inside(to - share * length) }
  }
  const span = Math.max(1, dense.span)
  // The dense time is as likely to be twice as long as it is known to be as to be half of what it can be.
  const more = length / Math.log(1 + length / span) - span
  const items = dense.density * more + sparse.density * (length - more)
  const deep = Math.sqrt(span * (span + length)) - span
  return { from, to, items, doubt, probe: inside(dense === newer ? to - deep : from + deep) }
}

/**
 * Lists change evenly over years, and by a power of time where a few days are much denser than all others. Pages do not show
 * which it is, so that both count. The shares are those that came closest to the lists of the sandboxes.
 */
const evenShare = 0.4

/** The mean density of a gap, if it falls with a power of the distance from its dense end. */
function powerMean(dense: Edge, sparse: Edge, length: number): number {
  if (dense.density <= sparse.density) return dense.density
  const near = Math.max(1, dense.span)
  const stretch = (near + length) / near
  const power = Math.log(dense.density / sparse.density) / Math.log(stretch)
  const sum =
    Math.abs(power - 1) < 1e-6 ? near * Math.log(stretch) : (near * (stretch ** (1 - power) - 1)) / (1 - power)
  return (dense.density * sum) / length
}

/** Accounts grow: of a list with one stretch known, the beginning is taken for so many times less dense. */
const usualGrowth = 8

/** The density at the beginning of a list, if it went on changing as it did between the last two stretches; never above the last. */
function onward({ density, span }: Edge, newer: Stretch | undefined): Edge {
  if (!newer) return { density: density / usualGrowth, span }
  const { density: before } = newer.older
  return { density: before > density ? (density * density) / before : density, span }
}
