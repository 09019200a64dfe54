import { SyncError } from '../../errors.ts'
import type { Page, Query } from '../../provider/contract.ts'
import type { Item } from '../../provider/item.ts'
import { type StripeConnection, unusable } from './connection.ts'

/** One page of a list. `path`: `/v1/customers`; `parameters` are sent with every page. */
export async function listPage(
  connection: StripeConnection,
  path: string,
  { window, cursor, limit, shape }: Query,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Page> {
  const query = new URLSearchParams({ limit: String(limit), ...parameters })
  if (window && window.from > 0) query.set('created[gte]', String(window.from))
  if (window && window.to !== null) query.set('created[lt]', String(window.to))
  if (cursor !== null) query.set('starting_after', cursor)
  const { json, date } = await connection.get(`${path}?${query}`)
  const { items, fields } = json.list('data', shape)
  const { object, has_more: hasMore } = fields
  if (object !== 'list' || !items || typeof hasMore !== 'boolean') throw unusable('is not a list')
  return { items, next: hasMore ? lastId(items) : null, observedAt: date }
}

/** The id of the page's last item with a usable id. */
function lastId(items: readonly Item[]): string {
  const last = items.findLast(({ id }) => id !== null)
  if (last?.id) return last.id
  throw new SyncError(
    'reject',
    'provider_contract',
    'stripe: the list says that it has more items, but no item of its page has a usable id. The worker needs such an id to request the next page. Report a bug with this error.',
  )
}
