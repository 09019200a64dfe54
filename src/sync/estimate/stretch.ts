import type { Edge, Stretch } from './curve.ts'

/** What one page showed. Seconds since 1970. */
export interface Knot {
  /** The page has the newest items before this second. */
  readonly at: number
  /** The creation seconds of its items, newest first. */
  readonly seconds: readonly number[]
  /** Whether the page has all items before `at`. */
  readonly isLast: boolean
}

/** The times that pages show. An item on two pages counts once. `since`: the second before which the list has nothing. */
export function stretchesOf(knots: readonly Knot[], since: number): readonly Stretch[] {
  const sorted = knots.toSorted((left, right) => right.at - left.at)
  return sorted.map((knot, index) => {
    const { at, seconds, isLast } = knot
    const below = sorted[index + 1]?.at ?? Number.NEGATIVE_INFINITY
    const shown = seconds.filter((second) => second >= below)
    const reached = isLast ? Math.min(since, at) : (seconds.at(-1) ?? at)
    const from = Math.min(at, Math.max(below, reached))
    return { from, to: at, items: shown.length, seconds: shown, newer: headOf(knot, since), older: tailOf(knot) }
  })
}

/** Items of a page that tell whether its end is as dense as the whole. */
const endItems = 25
/** An end of a page that is so many times as dense as the whole, or as thin, speaks for itself. */
const uneven = 2.5

/** The older end of a page. */
function tailOf({ at, seconds }: Knot): Edge {
  const end = seconds.slice(-endItems - 1)
  return chosen(edgeOf(seconds, pageBegins(at, seconds)), edgeOf(end.slice(1), end[0] ?? at))
}

/** The newer end of a page. */
function headOf({ at, seconds, isLast }: Knot, since: number): Edge {
  if (isLast && seconds.length < endItems) {
    const span = Math.max(1, at - since)
    return { density: seconds.length / span, span }
  }
  return chosen(edgeOf(seconds, at), edgeOf(seconds.slice(0, endItems), at))
}

function edgeOf(seconds: readonly number[], begins: number): Edge {
  const span = Math.max(1, begins - (seconds.at(-1) ?? begins))
  return { density: seconds.length / span, span }
}

const chosen = (whole: Edge, end: Edge): Edge =>
  end.density > whole.density * uneven || end.density * uneven < whole.density ? end : whole

/** So many times as long without an item as its page is: the list has ended then, and time since does not count. */
const ended = 3

function pageBegins(at: number, seconds: readonly number[]): number {
  const newest = seconds[0] ?? at
  return at - newest > ended * (newest - (seconds.at(-1) ?? newest)) ? newest : at
}
