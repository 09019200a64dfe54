/** The clock of a vendor's API, in unix seconds. */
export interface Clock {
  now(): number
  advance(seconds: number): void
}

/** Real time, running; or a time that stands still until `advance` moves it. */
export function createClock(fixed?: number): Clock {
  let advanced = 0
  return {
    now: () => (fixed ?? Math.floor(Date.now() / 1_000)) + advanced,
    advance(seconds) {
      advanced += seconds
    },
  }
}
