/** How fast jobs get ahead, in rows a second, by what this process has seen of them. */
export interface Rates {
  /** The rate of a job that has fetched so many rows now. `average`: its rate as long as nothing is known. */
  rate(job: { readonly id: string; readonly fetched: number }, average: number): number
}

/** Some five seconds of the past count. */
const memoryMs = 5_000
/** A job that is shown again after this time counts as new. */
const forgottenMs = 30_000

export function createRates(now: () => number): Rates {
  const seen = new Map<string, { readonly fetched: number; readonly at: number; readonly rate: number }>()
  const forget = (at: number) => {
    for (const [id, last] of seen) if (at - last.at > forgottenMs) seen.delete(id)
  }
  return {
    rate({ id, fetched }, average) {
      const at = now()
      const last = seen.get(id)
      const isNew = !last || at - last.at > forgottenMs || fetched < last.fetched
      if (isNew) {
        forget(at)
        seen.set(id, { fetched, at, rate: average })
        return average
      }
      const ms = at - last.at
      // Two looks in the same moment tell nothing.
      if (ms < 50) return last.rate
      const current = ((fetched - last.fetched) / ms) * 1_000
      const rate = last.rate + (current - last.rate) * Math.min(1, ms / memoryMs)
      seen.set(id, { fetched, at, rate })
      return rate
    },
  }
}
