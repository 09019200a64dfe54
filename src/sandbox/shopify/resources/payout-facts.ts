import type { Dataset } from '../resource.ts'
import { day } from '../timestamps.ts'
import { balanceCreated, payoutSize } from './balance-facts.ts'

/** The two newest payouts are still on their way, if they are not weeks old, and one in 25 failed. */
export function payoutStatus(n: number, data: Dataset): 'SCHEDULED' | 'IN_TRANSIT' | 'FAILED' | 'PAID' {
  const isRecent = n < 2 && payoutIssued(n, data) > data.now - 20 * day
  if (isRecent) return n === 0 ? 'SCHEDULED' : 'IN_TRANSIT'
  return n % 25 === 7 ? 'FAILED' : 'PAID'
}

/** At midnight after the newest of its transactions. */
export function payoutIssued(n: number, data: Dataset): number {
  const first = (n + 1) * payoutSize
  if (first >= data.count('balanceTransactions')) return data.moment('payouts', n)
  return Math.min(Math.ceil(balanceCreated(first, data) / day) * day, data.now)
}
