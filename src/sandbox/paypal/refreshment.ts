import { hour } from './timestamps.ts'

export interface RefreshOptions {
  /** How many seconds Transaction Search is behind at least. Default two hours. */
  readonly refreshDelay?: number
  /** How many seconds pass between two refreshments of Transaction Search. Default an hour. */
  readonly refreshedEvery?: number
}

/** Up to when Transaction Search has data at a moment, in unix seconds: up to 13:59:59 at half past four. */
export function lastRefreshed(now: number, { refreshDelay = 2 * hour, refreshedEvery = hour }: RefreshOptions): number {
  return Math.floor((now - refreshDelay) / refreshedEvery) * refreshedEvery - 1
}
