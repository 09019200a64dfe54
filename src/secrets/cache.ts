import type { Clock } from '../clock.ts'

/** Values that are forgotten by age, and the oldest first where they become too many. Nothing of it outlives the process. */
export interface Cache {
  get(key: string): string | undefined
  set(key: string, value: string): void
}

interface Limits {
  readonly ageMs: number
  readonly entries: number
}

export function createCache({ ageMs, entries }: Limits, clock: Pick<Clock, 'now'>): Cache {
  const kept = new Map<string, { readonly value: string; readonly at: number }>()
  return {
    get(key) {
      const entry = kept.get(key)
      if (entry && clock.now() - entry.at < ageMs) return entry.value
      kept.delete(key)
      return undefined
    },
    set(key, value) {
      kept.delete(key)
      kept.set(key, { value, at: clock.now() })
      for (const oldest of kept.keys()) {
        if (kept.size <= entries) break
        kept.delete(oldest)
      }
    },
  }
}
