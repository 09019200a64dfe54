import type { ListSource } from '../../provider/contract.ts'
import { readSecond } from '../page.ts'
import { bytesRange, rowBytes } from './bytes.ts'
import { askPages, type Measured, type Probe, pagesOf } from './probing.ts'
import { exactly, type Range } from './range.ts'
import type { ResourceEstimate } from './resource-estimate.ts'

/** What a database has of a list that a job has read to its end. */
export interface StoredList {
  /** Live rows, and items that could not be stored. */
  readonly items: number
  /** Second up to which jobs have read the list. */
  readonly until: number
  /** Items a second that were created in the month before. */
  readonly perSecond: number
  /** Bytes of a payload, on average, as Postgres keeps it. */
  readonly payloadBytes: number
}

/** By resource and nested list. A list that no job has read is not in it. */
export type StoredLists = ReadonlyMap<string, StoredList>

interface Listing extends Omit<Probe, 'part' | 'since'> {
  readonly parts: readonly (string | null)[]
  readonly stored: StoredList
}

/**
 * Measures a list by its stored rows and one page. If the page goes back to the time up to which jobs have read the list, it
 * has all that came since, and nothing can hide. Otherwise what came since is taken to come as fast as in the month before.
 * @throws SyncError
 */
export async function measureStored({ source, parts, stored, now }: Listing, signal: AbortSignal): Promise<Measured> {
  const asking = askPages({ source, part: parts[0] ?? null }, signal)
  const filter = source.createdFilter ?? source.updatedFilter
  const from = filter?.historyDays ? now - filter.historyDays * 86_400 : 0
  const days = filter?.maxDays
  const window = filter && { window: days ? { from: now - days * 86_400, to: now } : { from, to: null } }
  const page = await asking.list({ ...window, ...(filter && !source.createdFilter && { by: 'updated' as const }) })
  const sample = asking.sample()
  const windows = days ? Math.ceil((now - from) / (days * 86_400)) : 0
  const requests = (items: number) =>
    Math.max(parts.length, windows, pagesOf(items, asking.pageSize()) + Math.floor(windows / 2))
  const shape = { sample, requests, isChain: false, history: null }
  if (page.next === null && parts.length === 1 && !days)
    return { items: exactly(sample.length), basis: 'whole list', ...shape }
  const came = sinceThen(source, sample, stored.until)
  return {
    items: rowsSince(stored, { came, now, seen: sample.length, isAlone: parts.length === 1 }),
    basis: 'stored rows',
    ...shape,
  }
}

/** Items of a page that were created since a second; null if the page does not go back to it. */
function sinceThen({ createdFilter }: ListSource, sample: Measured['sample'], until: number): number | null {
  if (!createdFilter || createdFilter.order === 'none') return null
  const seconds = sample.flatMap((item) => readSecond(createdFilter, item) ?? [])
  const came = seconds.filter((second) => second >= until).length
  return came < seconds.length ? came : null
}

interface Since {
  readonly came: number | null
  readonly now: number
  readonly seen: number
  readonly isAlone: boolean
}

function rowsSince({ items, until, perSecond }: StoredList, { came, now, seen, isAlone }: Since): Range {
  const expected = perSecond * Math.max(0, now - until)
  const isCounted = came !== null && isAlone
  const likely = Math.max(seen, Math.round(items + (isCounted ? came : Math.max(came ?? 0, expected))))
  // Some may have been deleted since.
  return { least: seen, likely, most: isCounted ? Math.max(seen, items + came) : null }
}

/** A resource without requests of its own: its rows, and as many more as its month before shows. */
export function storedEstimate(stored: StoredList, now: number): ResourceEstimate {
  const items = rowsSince(stored, { came: null, now, seen: 0, isAlone: true })
  return { items, requests: exactly(0), bytes: bytesOfStored(items, stored), basis: 'stored rows' }
}

export const bytesOfStored = (items: Range, { payloadBytes }: StoredList): Range =>
  bytesRange(items, rowBytes(payloadBytes))
