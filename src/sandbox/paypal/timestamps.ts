/** A moment as most of PayPal's APIs write it, in unix seconds: `2026-10-01T00:00:00Z`. */
export const timestamp = (seconds: number) => new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z')

/** A moment as Transaction Search writes it, with an offset without a colon: `2026-10-01T00:00:00+0000`. */
export const reportingTime = (seconds: number) => new Date(seconds * 1_000).toISOString().replace('.000Z', '+0000')

/** A moment as disputes have it, with milliseconds. */
export const millisecondTime = (seconds: number) => new Date(seconds * 1_000).toISOString()

export const calendarDate = (seconds: number) => new Date(seconds * 1_000).toISOString().slice(0, 10)

/** Unix seconds of any of these, with its fraction. */
export const secondsOf = (text: string) => Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) / 1_000

export const hour = 3_600
export const day = 24 * hour
