import type { DayOptions } from './options.ts'

/** Objects of each tenant, the largest first: a power law that adds up to `objects`. */
export function tenantSizes({ tenants, objects, exponent }: DayOptions): Float64Array {
  const shares = Float64Array.from({ length: tenants }, (_, at) => (at + 1) ** -exponent)
  const sum = shares.reduce((left, right) => left + right, 0)
  return shares.map((share) => (share / sum) * objects)
}

/** A tenant below this is small; nine in ten are, at 10,000 tenants and 10 billion objects. */
export const smallBelow = 1_000_000

/** From this size on all of a tenant's jobs go to the queue of the large, where there are two. */
export const largeFrom = 10_000_000

/** So many seconds of work at least, and a job goes to that queue whoever sends it. */
export const longFrom = 10

/** Tenants larger than this have no monthly full job: theirs takes longer than half a day. */
export const largestMonthly = 100_000_000
