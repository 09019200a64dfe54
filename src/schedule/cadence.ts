import type { Schedule } from './beat.ts'

/**
 * Requests in 30 days that a provider allows every account, whatever it earns. Stripe allows 500 a transaction besides:
 * https://docs.stripe.com/rate-limits. Other providers document no such number.
 */
export const leastAllowance: ReadonlyMap<string, number> = new Map([['stripe', 10_000]])

/** Seconds of the 30 days in which requests are counted. */
export const monthSeconds = 30 * 86_400
/** Before enough jobs have ended, and where the provider documents no allowance. */
export const usualSeconds = 3_600
/** The share of the allowance that schedules may spend. The rest is for full syncs by hand, live events and retries. */
const share = 0.8
/** The first job of an account reads everything, and says nothing of the next. The median of three jobs leaves it out. */
const jobsAtLeast = 3
/** Each divides a day. */
const minutes = [15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1_440]

/** What the cadence of a schedule depends on. */
export type Measured = Pick<Schedule, 'provider' | 'auto' | 'syncType' | 'everySeconds' | 'recentRequests'>

/** The shortest interval whose requests in 30 days fit beside those of the account's other schedules; a day if none does. */
export function chooseEvery(
  { provider, auto, everySeconds, recentRequests }: Measured,
  othersPerMonth: number,
): number {
  const allowed = leastAllowance.get(provider)
  if (!auto || allowed === undefined || recentRequests.length < jobsAtLeast) return everySeconds
  const ascending = recentRequests.toSorted((a, b) => a - b)
  const requests = ascending[Math.ceil(ascending.length / 2) - 1] ?? 0
  const left = allowed * share - othersPerMonth
  return (minutes.find((each) => (requests * monthSeconds) / (each * 60) <= left) ?? 1_440) * 60
}
