import type { Item } from '../../json/item.ts'
import type { ListSource, TimeFilter } from '../../provider/contract.ts'
import { curveThrough } from './curve.ts'
import { countedFrom } from './history.ts'
import { askPages, type Probe, type Probing, pagesOf } from './probing.ts'
import { exactly } from './range.ts'
import { stretchesOf } from './stretch.ts'

/** A list that cannot be asked for by time: its first pages. Their rows tell how dense it is, if it has the newest first. */
export function probePages(probe: Probe & { readonly filter: TimeFilter | undefined }, signal: AbortSignal): Probing {
  const { source, filter, since, now } = probe
  const asking = askPages(probe, signal)
  const days = filter?.historyDays
  const window = filter && { window: { from: days ? now - days * 86_400 : 0, to: null } }
  let cursor: string | null = null
  let total: number | undefined
  let hasEnded = false
  return {
    doubt: () => (hasEnded || total !== undefined ? 0 : Number.POSITIVE_INFINITY),
    sample: asking.sample,
    seen: () => asking.sample().length,
    goesOn: () => !hasEnded,
    async ask() {
      const page = await asking.list({ cursor, ...window })
      total ??= page.total
      cursor = page.next
      hasEnded = page.next === null
    },
    conclude(like) {
      const sample = asking.sample()
      const requests = (items: number) => pagesOf(items, asking.pageSize())
      const shape = { sample, requests, isChain: true }
      if (total !== undefined) return { items: exactly(total), basis: 'stated total', history: null, ...shape }
      if (hasEnded) return { items: exactly(sample.length), basis: 'whole list', history: null, ...shape }
      const seconds = secondsOf(source, sample)
      const least = sample.length
      if (!isNewestFirst(seconds))
        return { items: { least, likely: least * 2, most: null }, basis: 'first pages', history: null, ...shape }
      const known = curveThrough(stretchesOf([{ at: now, seconds, isLast: false }], since), since)
      const rest = known.gaps.reduce((sum, { items }) => sum + items, 0)
      const likely = Math.round(like ? countedFrom(known, like.curve, least + rest) : least + rest)
      return {
        items: { least, likely: Math.max(least, likely), most: null },
        basis: 'first pages',
        history: { curve: known, doubt: 1 },
        ...shape,
      }
    },
  }
}

/** When the items were created, as their rows say. */
function secondsOf({ row }: ListSource, items: readonly Item[]): readonly number[] {
  return items.flatMap((item) => {
    try {
      const { createdAt } = row(item)
      return createdAt ? [Math.floor(createdAt.getTime() / 1_000)] : []
    } catch {
      // An item that cannot be stored has no row.
      return []
    }
  })
}

const isNewestFirst = (seconds: readonly number[]) =>
  seconds.length > 1 && seconds.every((second, index) => second <= (seconds[index - 1] ?? second))
