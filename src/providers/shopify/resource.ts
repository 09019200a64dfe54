import type { SyncedTable } from '../../db/schema.ts'
import type { Resource, TimeFilter } from '../../provider/contract.ts'
import { dateTime } from '../../provider/fields.ts'
import type { ShopifyConnection } from './connection.ts'
import { countList, listPage, retrieveAt, type ShopifyList } from './list.ts'

export type ShopifyResource<Table extends SyncedTable = SyncedTable> = Resource<ShopifyConnection, Table>

export const createdAt: TimeFilter = { field: 'createdAt', read: dateTime }

/** The search index is behind the objects by seconds, and by minutes on a busy day. */
export const updatedAt: TimeFilter = { field: 'updatedAt', read: dateTime, lag: 600 }

/** Days for which payouts and the movements of a balance are read again: their status follows the bank. */
export const payoutSeconds = 30 * 86_400

/** The most items of any list of the API. */
const largestPage = 250

interface ListOfResource extends Omit<ShopifyList, 'name' | 'createdFilter' | 'updatedFilter'> {
  /** The document and the field of one object by its id. */
  readonly objectQuery: { readonly document: string; readonly field: string }
}

type Listed<Table extends SyncedTable> = Omit<ShopifyResource<Table>, 'list' | 'retrieve'>

/** A resource of a connection of the API. */
export function resource<Table extends SyncedTable>(
  facts: Listed<Table>,
  { objectQuery, ...list }: ListOfResource,
): ShopifyResource<Table> & Required<Pick<ShopifyResource<Table>, 'retrieve'>> {
  const { name, createdFilter, updatedFilter } = facts
  const { counted } = list
  const filters = { ...(createdFilter && { createdFilter }), ...(updatedFilter && { updatedFilter }) }
  return {
    pageSize: largestPage,
    ...facts,
    ...(counted !== undefined && { count: (connection) => countList(connection, list, counted) }),
    list: (connection, query) => listPage(connection, query, { ...list, name, ...filters }),
    retrieve: (connection, id) => retrieveAt(connection, { ...objectQuery, scope: list.scope }, id),
  }
}
