import type { TimeFilter } from '../../provider/contract.ts'
import { readSecond } from '../page.ts'
import { curveThrough, type Gap } from './curve.ts'
import { countedFrom } from './history.ts'
import { askPages, type Probe, type Probing, pagesOf } from './probing.ts'
import { exactly } from './range.ts'
import { type Knot, stretchesOf } from './stretch.ts'

/** Of what is not known, so small a share is not worth a request. */
const negligible = 0.02
/** Of a page, so much counts where the pages that are left are to be read from the first to the last. */
const fullness = 0.8

/** A list that is read newest first: its first page, and the pages before the seconds that tell most. */
export function probeTimes(probe: Probe & { readonly filter: TimeFilter }, signal: AbortSignal): Probing {
  const { source, filter, now } = probe
  const asking = askPages(probe, signal)
  const by = source.createdFilter ? {} : ({ by: 'updated' } as const)
  const begin = filter.historyDays ? Math.max(probe.since, now - filter.historyDays * 86_400) : probe.since
  const knots: Knot[] = []
  let total: number | undefined

  function curve() {
    const oldest = Math.min(...knots.flatMap(({ seconds }) => seconds.at(-1) ?? []))
    const hasEnded = knots.some(({ isLast }) => isLast)
    // Where a page goes back to the beginning, and others are behind it, the list is taken for twice as old.
    const since = oldest <= begin && !hasEnded ? oldest - Math.max(1, now - oldest) : Math.min(begin, oldest)
    return curveThrough(stretchesOf(knots, since), since)
  }

  return {
    doubt() {
      if (knots.length === 0) return Number.POSITIVE_INFINITY
      if (total !== undefined) return 0
      const { gaps, stretches } = curve()
      const seen = stretches.reduce((sum, { items }) => sum + items, 0)
      const doubt = gaps.reduce((sum, gap) => sum + gap.doubt, 0)
      return doubt < negligible * seen || nextSecond(gaps, { knots, pageSize: asking.pageSize(), left: 1 }) === null
        ? 0
        : doubt
    },
    sample: asking.sample,
    seen: () => asking.sample().length,
    goesOn: () =>
      knots.length === 0 || nextSecond(curve().gaps, { knots, pageSize: asking.pageSize(), left: 1 }) !== null,
    async ask(left) {
      const at = knots.length === 0 ? null : nextSecond(curve().gaps, { knots, pageSize: asking.pageSize(), left })
      const page = await asking.list({ window: { from: filter.historyDays ? begin : 0, to: at }, ...by })
      const seconds = page.items.flatMap((item) => readSecond(filter, item) ?? [])
      if (at === null) total = page.total
      knots.push({ at: at ?? Math.max(now, (seconds[0] ?? 0) + 1), seconds, isLast: page.next === null })
    },
    conclude(like) {
      const known = curve()
      const { gaps, stretches } = known
      const shape = {
        sample: asking.sample(),
        requests: (items: number) => pagesOf(items, asking.pageSize()),
        isChain: false,
      }
      const seen = stretches.reduce((sum, { items }) => sum + items, 0)
      const doubted = gaps.reduce((sum, gap) => sum + gap.doubt, 0)
      const history = { curve: known, doubt: doubted / Math.max(1, seen) }
      if (total !== undefined) return { items: exactly(total), basis: 'stated total', history, ...shape }
      if (gaps.length === 0) return { items: exactly(seen), basis: 'whole list', history, ...shape }
      const count = seen + unknownIn(gaps)
      const likely = knots.length === 1 && like ? countedFrom(known, like.curve, count) : count
      return {
        items: { least: seen, likely: Math.round(likely), most: null },
        basis: 'sampled times',
        history,
        ...shape,
      }
    },
  }
}

const unknownIn = (gaps: readonly Gap[]) => gaps.reduce((sum, { items }) => sum + items, 0)

/** Where the next page begins; null if no second tells more. A page that goes on shows the rest of the last one's second. */
function nextSecond(
  gaps: readonly Gap[],
  { knots, pageSize, left }: { readonly knots: readonly Knot[]; readonly pageSize: number; readonly left: number },
): number | null {
  const [widest] = gaps.toSorted((left, right) => right.doubt - left.doubt)
  if (!widest) return null
  const [newest = widest] = gaps
  const goesOn = unknownIn(gaps) <= left * pageSize * fullness
  const at = goesOn ? newest.to + 1 : widest.probe
  return [at, widest.probe].find((second) => knots.every((knot) => knot.at !== second)) ?? null
}
