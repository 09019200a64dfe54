import type { Clock } from '../clock.ts'
import type { Limiter } from './limiter.ts'
import { openReader, type Reader } from './reader.ts'
import { chooseSplit, feedLimits, halveSlice, listLimits, type Split, splitSlice } from './slices.ts'
import { hasFilter, itemsPerPage, type Source } from './source.ts'

/** Read pages for each finer split. A finer split costs a request, so that few are allowed. */
const pagesPerFinerSplit = 50
/**
 * Pages of the feed of changes for each of its splits. Changes come in bursts, so that the density of one page says little,
 * and a split that finds nothing costs a request. So a feed of few pages takes as many requests as it has pages.
 */
const pagesPerFeedSplit = 20
/** Lists beside each other for which the least size of a slice grows. */
const listsAtMost = 4

/** Splits slices while a limiter has a request that no slice is ready to use. */
export interface Splitter {
  /** Second since 1970 before which the account has little or nothing; 0 until it is known. */
  since(): number
  /**
   * Splits and passes each new reader to `fetch`. Returns the milliseconds until the next possible split, or Infinity.
   */
  splitWhereIdle(idle: Idle): number
  /** Splits this list where it has the most work, if it has enough. The new reader, or undefined. */
  splitList(source: Source): Reader | undefined
  /** Replaces a slice by its halves, which are read from their beginnings. False if it has one second only. */
  halve(id: number): boolean
}

/** Where a slice was split. With `newerId` both parts are read from their beginnings. */
export interface SplitSlice {
  readonly id: number
  readonly at: number
  readonly olderId: number
  readonly newerId?: number
}

/** Options of Backfill, see there. */
interface SplitOptions {
  readonly pageSize: number
  /** Pages read of each source. */
  readonly pagesOf: ReadonlyMap<Source, number>
  limiters(source: Source): readonly Pick<Limiter, 'delay'>[]
  since(): Promise<number>
  onSplit(split: SplitSlice): void
  readonly knownSplits?: Readonly<Record<string, readonly number[]>>
  readonly clock: Pick<Clock, 'now'>
}

interface Idle {
  /** Pages read so far. */
  readonly pagesRead: number
  mayFetch(): boolean
  fetch(reader: Reader): void
}

export function createSplitter(
  readers: Map<number, Reader>,
  options: SplitOptions,
  onSinceKnown: () => void,
): Splitter {
  let nextId = 1 + Math.max(0, ...readers.keys())
  let finerSplits = 0
  let feedSplits = 0
  let since: number | undefined
  let isRequested = false

  function requestSince(): void {
    if (isRequested) return
    isRequested = true
    // A failure is ignored, because only the choice of splits needs the answer.
    const request = options.since().catch(() => 0)
    void request.then((second) => {
      since = second
      onSinceKnown()
    })
  }

  function split(id: number, at: number): Reader | undefined {
    const reader = readers.get(id)
    if (!reader) return undefined
    const olderId = nextId++
    const [newer, older] = splitSlice(reader.slice, at, olderId)
    options.onSplit({ id, at, olderId })
    if (reader.source.kind === 'feed') feedSplits++
    reader.slice = newer
    const fresh = openReader(older, reader.source, reader.limit)
    readers.set(olderId, fresh)
    return fresh
  }

  function halve(id: number): boolean {
    const reader = readers.get(id)
    if (!reader || !hasFilter(reader.source)) return false
    const { query } = reader.slice
    const to = query.to ?? Math.floor(options.clock.now() / 1_000)
    const from = since !== undefined && since < to ? Math.max(since, query.from) : query.from
    const at = from + Math.floor((to - from) / 2)
    if (at <= query.from) return false
    const split = { id, at, newerId: nextId++, olderId: nextId++ }
    options.onSplit(split)
    const others = [...readers.values()].filter((other) => other !== reader)
    const halves = halveSlice(reader.slice, split).map((half) => openReader(half, reader.source, reader.limit))
    // The halves are read before the others: a list that refuses every window is known after few requests.
    readers.clear()
    for (const next of [...halves, ...others]) readers.set(next.slice.id, next)
    return true
  }

  function chooseWithin(source: Source, mayBeFiner: boolean): Split | null {
    if (!hasFilter(source)) return null
    const pages = options.pagesOf.get(source) ?? 0
    if (source.kind === 'feed' && feedSplits >= Math.floor(pages / pagesPerFeedSplit)) return null
    const readings = [...readers.values()].filter((reader) => reader.source === source)
    const pageSize = itemsPerPage(source, options.pageSize)
    const ofOne = source.kind === 'feed' ? feedLimits : listLimits
    // Lists that are read beside each other need fewer slices each, and each slice costs half a request.
    const lists = new Set([...readers.values()].map((other) => other.source)).size
    const limits = { ...ofOne, pages: ofOne.pages * Math.min(listsAtMost, lists) }
    const known = options.knownSplits?.[source.name] ?? []
    return chooseSplit(readings, { since: since ?? 0, pageSize, limits, mayBeFiner, known })
  }

  /** The split of the list with the most work left of those whose limiters have a request; else when one may have. */
  function chooseAmongLists(mayBeFiner: boolean): { readonly choice: Split | null; readonly inMs: number } {
    let choice: Split | null = null
    let inMs = Number.POSITIVE_INFINITY
    for (const source of new Set([...readers.values()].map((reader) => reader.source))) {
      const other = chooseWithin(source, mayBeFiner)
      if (!other || (choice && choice.work >= other.work)) continue
      const delay = Math.max(...options.limiters(source).map((limiter) => limiter.delay()))
      if (delay > 0) inMs = Math.min(inMs, delay)
      else choice = other
    }
    return { choice, inMs }
  }

  return {
    halve,
    since: () => since ?? 0,
    splitList(source) {
      const choice = since === undefined ? null : chooseWithin(source, false)
      return choice ? split(choice.id, choice.at) : undefined
    },
    splitWhereIdle({ pagesRead, mayFetch, fetch }) {
      while (mayFetch()) {
        const mayBeFiner = finerSplits < Math.floor(pagesRead / pagesPerFinerSplit)
        const { choice, inMs } = chooseAmongLists(mayBeFiner)
        if (!choice) return inMs
        if (since === undefined) {
          requestSince()
          return inMs
        }
        if (choice.isFiner) finerSplits++
        const fresh = split(choice.id, choice.at)
        if (fresh) fetch(fresh)
      }
      return Number.POSITIVE_INFINITY
    },
  }
}
