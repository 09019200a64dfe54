import { SyncError } from '../../errors.ts'
import type { Page, Query } from '../../provider/contract.ts'
import type { StripeConnection } from './connection.ts'

/** One page of a list of API v2, whose pages are linked by address instead of by id. */
export async function listPageV2(
  stripe: StripeConnection,
  path: string,
  { cursor, limit }: Query,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Page> {
  const { body, payload, date } = await stripe.get(
    cursor ?? `${path}?${new URLSearchParams({ limit: `${limit}`, ...parameters })}`,
  )
  const { data, next_page_url: next = null } = body
  // The key goes along to the next address: it has to be one of this list.
  const known = next === null || (typeof next === 'string' && next.startsWith(`${path}?`))
  if (!Array.isArray(data) || !known)
    throw new SyncError('retry', 'provider_response', 'stripe: the answer is not a list of API v2')
  return { items: data, payload: payload?.at('data'), next, observedAt: date }
}
