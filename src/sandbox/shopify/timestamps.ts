/** A moment as Shopify writes it: in UTC, in whole seconds. */
export const timestamp = (seconds: number) => `${new Date(seconds * 1_000).toISOString().slice(0, 19)}Z`

/** The unix seconds of a moment; undefined for what is no moment. */
export function secondsIn(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1_000)
}

export const minute = 60
export const hour = 3_600
export const day = 24 * hour
