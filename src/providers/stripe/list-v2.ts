import type { Page, Query } from '../../provider/contract.ts'
import { type StripeConnection, unusable } from './connection.ts'

/** Fetches a page of an API v2 list, whose pages are linked by URL. */
export async function listPageV2(
  stripe: StripeConnection,
  path: string,
  { cursor, limit, shape }: Query,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Page> {
  const { json, date } = await stripe.get(
    cursor ?? `${path}?${new URLSearchParams({ limit: `${limit}`, ...parameters })}`,
  )
  const { items, fields } = json.list('data', shape)
  const { next_page_url: next = null } = fields
  // The key is sent to the next URL, so that it must belong to this list.
  const isOfList = next === null || (typeof next === 'string' && next.startsWith(`${path}?`))
  if (!items || !isOfList) throw unusable('is not a list of API v2')
  return { items, next, observedAt: date }
}
