/** A moment as Square writes it, in UTC with milliseconds. */
export const timestamp = (ms: number) => new Date(ms).toISOString()

/** A moment in whole seconds, as subscriptions and payouts have it. */
export const wholeSecond = (ms: number) => new Date(Math.floor(ms / 1_000) * 1_000).toISOString().replace('.000Z', 'Z')

/** A calendar date. */
export const calendarDate = (ms: number) => new Date(ms).toISOString().slice(0, 10)

export const second = 1_000
export const hour = 3_600 * second
export const day = 24 * hour
export const year = 365 * day
