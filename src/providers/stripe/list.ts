import { SyncError } from '../../errors.ts'
import { isUsableId } from '../../json/id.ts'
import { Unparsed } from '../../json/item.ts'
import { scanList } from '../../json/list.ts'
import type { Payload } from '../../json/raw-json.ts'
import type { Shape } from '../../json/shape.ts'
import type { Page, Query } from '../../provider/contract.ts'
import { object } from '../../provider/fields.ts'
import { type Answer, type StripeConnection, unusable } from './connection.ts'

/** How items may come unparsed. */
export interface Unparsing {
  readonly shape: Shape
  /** The field with the second of their creation, where they are filtered by it. */
  readonly time: string | undefined
}

interface PageOptions {
  /** Sent with every page. */
  readonly parameters?: Readonly<Record<string, string>> | undefined
  readonly unparsed?: Unparsing | undefined
}

/** One page of a list. `path`: `/v1/customers`. */
export async function listPage(
  connection: StripeConnection,
  path: string,
  { window, cursor, limit }: Query,
  { parameters = {}, unparsed }: PageOptions = {},
): Promise<Page> {
  const query = new URLSearchParams({ limit: String(limit), ...parameters })
  if (window && window.from > 0) query.set('created[gte]', String(window.from))
  if (window && window.to !== null) query.set('created[lt]', String(window.to))
  if (cursor !== null) query.set('starting_after', cursor)
  const answer = await connection.get(`${path}?${query}`)
  const { items, payload, hasMore } = (unparsed && answer.isExact && outlined(answer, unparsed)) || parsed(answer)
  return { items, payload, next: hasMore ? lastId(items) : null, observedAt: answer.date }
}

interface List {
  readonly items: readonly unknown[]
  readonly payload: Payload
  readonly hasMore: boolean
}

function parsed({ body: { object, data, has_more: hasMore }, payload }: Answer): List {
  if (object !== 'list' || !Array.isArray(data) || typeof hasMore !== 'boolean') throw unusable('is not a list')
  return { items: data, payload: payload.at('data'), hasMore }
}

/** The list with its items unparsed, all that look as expected. */
function outlined(answer: Answer, { shape, time }: Unparsing): List | null {
  const list = scanList(answer.payload.bytes, shape)
  if (!list) return null
  const payload = answer.payload.at('data').withEntries(list.items)
  let whole: readonly unknown[] | undefined
  return {
    payload,
    hasMore: list.hasMore,
    items: list.items.map(({ fits, id, second }, at) => {
      if (fits) return new Unparsed(payload, at, id, time === undefined ? undefined : { field: time, second })
      whole ??= parsed(answer).items
      return whole[at]
    }),
  }
}

/** The id of the page's last item; of the last that has one, where items are broken. */
function lastId(items: readonly unknown[]): string {
  const id = items.map((item) => object(item)?.id).findLast(isUsableId)
  if (id !== undefined) return id
  throw new SyncError(
    'reject',
    'provider_contract',
    'stripe: a list says there is more but has no item to go on from; reading would never end',
  )
}
