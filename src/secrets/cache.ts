import type { Clock } from '../clock.ts'

/** Values in memory that expire by age. If they are too many, the oldest is dropped first. */
export interface Cache {
  get(key: string): string | undefined
  set(key: string, value: string): void
}

interface Limits {
  readonly ageMs: number
  readonly entries: number
}

export function createCache({ ageMs, entries }: Limits, clock: Pick<Clock, 'now'>): Cache {
  const entriesByKey = new Map<string, { readonly value: string; readonly at: number }>()
  return {
    get(key) {
      const entry = entriesByKey.get(key)
      if (entry && clock.now() - entry.at < ageMs) return entry.value
      entriesByKey.delete(key)
      return undefined
    },
    set(key, value) {
      entriesByKey.delete(key)
      entriesByKey.set(key, { value, at: clock.now() })
      for (const oldest of entriesByKey.keys()) {
        if (entriesByKey.size <= entries) break
        entriesByKey.delete(oldest)
      }
    },
  }
}
