import type { Clock } from '../../src/clock.ts'
import { customers } from '../../src/db/schema.ts'
import { SyncError } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import type { ListSource, Page, Query } from '../../src/provider/contract.ts'
import { fields, id, unixSeconds } from '../../src/provider/fields.ts'
import { now } from './created-seconds.ts'

export interface Entry {
  readonly id: string
  /** What the list is ordered and filtered by. */
  readonly second: number
  /** What the item says of it. */
  readonly created: unknown
}

interface Speed {
  readonly clock: Clock
  readonly latencyMs?: number
  readonly jitterMs?: number
}

/** A provider's list on a virtual clock that is as strict as Stripe may be: a cursor works with its own window only. */
export function createFakeList(seconds: readonly number[], { clock, latencyMs = 100, jitterMs = 0 }: Speed) {
  /** Oldest first, so that what is added later moves nothing. */
  const entries: Entry[] = seconds
    .toSorted((a, b) => a - b)
    .map((second, n) => ({ id: `cus_${n}`, second, created: second }))
  const place = new Map(entries.map((entry, at) => [entry.id, at]))
  const removed = new Set<string>()
  const windows = new Map<string, Set<string>>()
  const requests: Query[] = []
  const seen = { misusedCursors: 0, empty: 0, inFlight: 0, peak: 0 }
  let answering: (page: Page, query: Query) => Page | Promise<Page> = (page) => page

  function page({ window, cursor, limit }: Query): Page {
    const key = JSON.stringify(window)
    if (cursor !== null && removed.has(cursor))
      throw new SyncError('reject', 'cursor_gone', 'list: the cursor is gone', { scope: 'page' })
    if (cursor !== null && !windows.get(cursor)?.has(key)) {
      seen.misusedCursors++
      return { items: [], next: null, observedAt: new Date(now * 1_000) }
    }
    const shown: Entry[] = []
    for (let at = cursor === null ? below(window?.to ?? null) : place.get(cursor)! - 1; at >= 0; at--) {
      const entry = entries[at]!
      if (entry.second < (window?.from ?? 0) || shown.length > limit) break
      if (!removed.has(entry.id)) shown.push(entry)
    }
    const items = shown.slice(0, limit)
    const next = shown.length > limit ? items.at(-1)!.id : null
    if (next !== null) windows.set(next, (windows.get(next) ?? new Set()).add(key))
    if (items.length === 0) seen.empty++
    return {
      items: items.map((entry) => Item.of({ id: entry.id, created: entry.created })),
      next,
      observedAt: new Date(now * 1_000),
    }
  }

  /** Index of the newest entry before that second. */
  function below(to: number | null): number {
    if (to === null) return entries.length - 1
    let [low, high] = [0, entries.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (entries[middle]!.second < to) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  const source: ListSource = {
    kind: 'list',
    name: 'customers',
    table: customers,
    createdFilter: { field: 'created' },
    row: (item) => ({ id: id(item.value()), createdAt: unixSeconds(fields(item.value()).created) }),
    async list(query, signal) {
      requests.push(query)
      seen.peak = Math.max(seen.peak, ++seen.inFlight)
      try {
        await clock.sleep(latencyMs + jitterMs * clock.random(), signal)
        return await answering(page(query), query)
      } finally {
        seen.inFlight--
      }
    },
  }
  return {
    source,
    requests,
    seen,
    /** The ids a complete copy holds. */
    expectedIds: () => entries.filter(({ id }) => !removed.has(id)).map(({ id }) => id),
    remove: (id: string) => void removed.add(id),
    add(second: number) {
      const entry = { id: `cus_${entries.length}`, second, created: second }
      place.set(entry.id, entries.push(entry) - 1)
      return entry.id
    },
    /** Makes items say something else of their time than the list is ordered by. */
    misdate(every: number, created: unknown) {
      for (let at = 0; at < entries.length; at += every) entries[at] = { ...entries[at]!, created }
    },
    /** Changes answers, or throws instead of them. */
    answer(change: typeof answering) {
      answering = change
    },
  }
}

export type FakeList = ReturnType<typeof createFakeList>
