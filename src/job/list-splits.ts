import * as z from 'zod'
import type { Account } from '../provider/contract.ts'
import type { ReadPage } from '../sync/read-page.ts'
import { itemsPerPage } from '../sync/source.ts'

/**
 * By resource, creation seconds at which a list can be split into windows of whole pages, oldest first. A full job leaves
 * them in `sync_accounts`, so that the next one reads all windows at once.
 */
export type ListSplits = Readonly<Record<string, readonly number[]>>

const listSplits = z.record(z.string(), z.array(z.int()))

/** What a full job stored; nothing where it cannot be read: only speed needs it. */
export const readListSplits = (stored: unknown): ListSplits => listSplits.safeParse(stored).data ?? {}

/** The most seconds of one list. */
const splitsAtMost = 255
/** The most items of one list whose creation seconds are kept in memory. Of a larger list every second item counts, or every fourth, and so on. */
const keptAtMost = 250_000
/** The fewest pages of a list that is split. */
const pagesAtLeast = 3

/** Collects the creation seconds of a full job's items. */
export interface SplitCollector {
  add(pages: readonly ReadPage[]): void
  /** What is to be stored: the splits of long lists, and no splits of lists that had some. */
  splits(): ListSplits
}

interface SampledList {
  /** Items of a page. */
  readonly size: number
  items: number
  /** `seconds` has one of so many items. */
  stride: number
  seconds: number[]
}

/** `pageSize`: items of the usual page. `before`: what is stored. */
export function collectSplits(pageSize: number, before: ListSplits, itemsAtMost = keptAtMost): SplitCollector {
  const lists = new Map<string, SampledList>()
  return {
    add(pages) {
      for (const { source, part, whole, listed, skip } of pages) {
        if (source.kind !== 'list' || skip || part !== null || whole || !isSplittable(source)) continue
        const list = lists.get(source.name) ?? {
          size: itemsPerPage(source, pageSize),
          items: 0,
          stride: 1,
          seconds: [],
        }
        lists.set(source.name, list)
        for (const second of listed) if (list.items++ % list.stride === 0) list.seconds.push(second)
        for (; list.seconds.length > itemsAtMost; list.stride *= 2)
          list.seconds = list.seconds.filter((_, at) => at % 2 === 0)
      }
    },
    splits() {
      const all = [...lists].map(([name, list]) => [name, splitsOf(list)] as const)
      return Object.fromEntries(all.filter(([name, splits]) => splits.length > 0 || before[name]?.length))
    },
  }
}

/** Whether a list is read from the newest item to the oldest, through windows as long as one likes. */
export function isSplittable({ createdFilter, partition }: SplittableList): boolean {
  return createdFilter !== undefined && createdFilter.order !== 'none' && !createdFilter.maxDays && !partition
}

type SplittableList = Pick<Extract<ReadPage['source'], { kind: 'list' }>, 'createdFilter' | 'partition'>

/**
 * Every window but the newest has whole pages, counted from the oldest item, and so needs no request more than a chain. A
 * second with several pages is there as often: its pages come one after the other, and are begun early.
 */
function splitsOf({ items, stride, seconds, size }: SampledList): readonly number[] {
  const pages = Math.ceil(items / size)
  if (pages < pagesAtLeast) return []
  const ascending = Float64Array.from(seconds).sort()
  // Of a sampled list rather less than whole pages: an item more is a request more.
  const step = Math.max(1, Math.floor((Math.ceil(pages / (splitsAtMost + 1)) * size) / stride))
  const splits: number[] = []
  for (let at = step; at < ascending.length && splits.length < splitsAtMost; at += step) splits.push(ascending[at] ?? 0)
  return splits.filter((second) => second !== ascending[0])
}

/** Seconds for which a window's chain of pages waits for an answer, at the most that is worth another window. */
const answerSeconds = 1
const windowsAtLeast = 8

/** Where a resource's list is split before its first request. */
export function splitsToRead(
  { sources, perSecond: ofAccount }: Pick<Account, 'sources' | 'perSecond'>,
  known: ListSplits,
): (resource: string) => readonly number[] {
  return (resource) => {
    const source = sources.find(({ name }) => name === resource)
    if (!source || !isSplittable(source)) return []
    return chooseSplits(known[resource] ?? [], Math.min(source.perSecond ?? ofAccount, ofAccount))
  }
}

/** As many of the splits, evenly, as keep the provider's rate busy: each window has one request in flight. */
export function chooseSplits(splits: readonly number[], perSecond: number): readonly number[] {
  const windows = Math.max(windowsAtLeast, Math.ceil(perSecond * answerSeconds))
  const parts = splits.length + 1
  const chosen =
    parts <= windows
      ? splits
      : Array.from({ length: windows - 1 }, (_, at) => splits[Math.round(((at + 1) * parts) / windows) - 1] ?? 0)
  return [...new Set(chosen)]
}
