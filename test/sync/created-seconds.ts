import type { Clock } from '../../src/clock.ts'
import { customers } from '../../src/db/schema.ts'
import type { Query, Source } from '../../src/provider/contract.ts'
import { fields, id, instant } from '../../src/provider/fields.ts'

export type Density = 'uniform' | 'growing' | 'burst' | 'same-second' | 'recent-import'

export const now = 1_790_000_000
const span = 5 * 365 * 86_400

/** Creation seconds of `n` items over five years, newest first. */
export function createdSeconds(n: number, density: Density): number[] {
  const at = (i: number): number => {
    const u = (i + 0.5) / n
    if (density === 'uniform') return u
    if (density === 'growing') return u ** (1 / 7)
    if (density === 'burst') return i < n * 0.9 ? 0.8 + ((i / n / 0.9) * 86_400) / span : (i - n * 0.9) / (n * 0.1)
    if (density === 'recent-import')
      return i < n * 0.7 ? 0.999 + ((i / n / 0.7) * 7_200) / span : (i - n * 0.7) / (n * 0.3)
    return i < Math.min(10_000, n / 10) ? 0.5 : u
  }
  return Array.from({ length: n }, (_, i) => Math.floor(now - span + at(i) * span)).sort((a, b) => b - a)
}

/** A source over such items, with latency on a virtual clock; ids are positions, so that completeness is easy to see. */
export function createSource(seconds: readonly number[], clock: Clock, latencyMs: number, jitterMs = 0) {
  const seen = { requests: 0, empty: 0 }
  const source: Source = {
    name: 'customers',
    table: customers,
    createdFilter: { field: 'created' },
    row: (item) => ({ id: id(item), createdAt: instant(fields(item).created) }),
    async list({ window, cursor, limit }: Query, signal) {
      seen.requests++
      await clock.sleep(latencyMs + jitterMs * clock.random(), signal)
      const from = window?.from ?? 0
      const to = window?.to ?? Number.POSITIVE_INFINITY
      const start = cursor === null ? firstBelow(seconds, to) : Number(cursor) + 1
      const items: { id: string; created: number }[] = []
      let at = start
      for (; at < seconds.length && items.length < limit && (seconds[at] ?? 0) >= from; at++)
        items.push({ id: String(at), created: seconds[at] ?? 0 })
      const more = at < seconds.length && (seconds[at] ?? 0) >= from
      if (items.length === 0) seen.empty++
      return { items, next: more ? String(at - 1) : null, observedAt: new Date(now * 1_000) }
    },
  }
  return { source, seen }
}

function firstBelow(seconds: readonly number[], to: number): number {
  let low = 0
  let high = seconds.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((seconds[middle] ?? 0) >= to) low = middle + 1
    else high = middle
  }
  return low
}
