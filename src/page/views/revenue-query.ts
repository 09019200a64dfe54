import type { RevenueAccount } from '../../operations/revenue/accounts.ts'
import { type Mode, modes } from '../../operations/revenue/find.ts'
import { isTimeZone } from '../../operations/revenue/time-zone.ts'

/** The revenue that the address asks for: `/revenue?account=UUID/stripe/acct_1&currency=eur&mode=live&months=24`. */
export interface RevenueQuery {
  readonly account: RevenueAccount | undefined
  readonly currency: string | undefined
  readonly mode: Mode | undefined
  readonly months: number
  readonly timeZone: string | undefined
}

/** Months that the form offers. */
export const lengths = [12, 24, 36] as const

const account = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/([^/]+)\/(.+)$/i

/** @returns a sentence about what is wrong with the address, or the query */
export function readRevenueQuery(given: URLSearchParams): RevenueQuery | string {
  const value = (name: string) => given.get(name)?.trim() || undefined
  const [, tenantId, provider, id] = account.exec(value('account') ?? '') ?? []
  const mode = modes.find((name) => name === value('mode'))
  const months = Number(value('months') ?? lengths[0])
  const timeZone = value('zone')
  if (value('account') !== undefined && id === undefined) return 'The account must be UUID/PROVIDER/ACCOUNT.'
  if (value('mode') !== undefined && mode === undefined) return `The mode must be one of ${modes.join(', ')}.`
  if (!Number.isInteger(months) || months < 1 || months > 120) return 'The months must be a number from 1 to 120.'
  if (timeZone !== undefined && !isTimeZone(timeZone)) return 'The zone must be the name of a time zone.'
  return {
    account: tenantId && provider && id ? { tenantId: tenantId.toLowerCase(), provider, account: id } : undefined,
    currency: value('currency')?.toLowerCase(),
    mode,
    months,
    timeZone,
  }
}
