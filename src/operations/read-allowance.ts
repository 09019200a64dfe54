import { leastAllowance } from '../schedule/cadence.ts'

/** A sentence if the schedules of an account spend more than its provider allows every account; else null. */
export function overspending(provider: string, requestsPerMonth: number | null): string | null {
  const allowed = leastAllowance.get(provider)
  if (allowed === undefined || requestsPerMonth === null || requestsPerMonth <= allowed) return null
  return `The schedules of this account make about ${requestsPerMonth} requests in 30 days. ${provider} allows every account ${allowed}, and an account with payments 500 for each payment. Sync less often, or fewer resources.`
}
