import type { SyncedTable } from '../../db/schema.ts'
import type { Resource, TimeFilter } from '../../provider/contract.ts'
import { dateTime } from '../../provider/fields.ts'
import type { SquareConnection } from './connection.ts'

export type SquareResource<Table extends SyncedTable = SyncedTable> = Resource<SquareConnection, Table>

export const createdAt: TimeFilter = { field: 'created_at', read: dateTime }

/** Square says that a change shows in its lists in well under 30 seconds, and occasionally in a minute or longer. */
export const updatedAt: TimeFilter = { field: 'updated_at', read: dateTime }

/** Seconds for which a sale that was made offline may be missing from the lists, which show it by its original time. */
export const offlineSeconds = 72 * 3_600

/** The locations of a seller, one part each. */
export const byLocation = {
  list: (square: SquareConnection) => square.locations(),
  column: 'locationId',
}

/** The most locations of one search for orders. */
const locationsPerSearch = 10

/** The locations of a seller, as many in a part as one search takes. */
export const byLocations = {
  async list(square: SquareConnection): Promise<readonly string[]> {
    const all = await square.locations()
    const parts = Math.ceil(all.length / locationsPerSearch)
    return Array.from({ length: parts }, (_, at) =>
      all.slice(at * locationsPerSearch, (at + 1) * locationsPerSearch).join(','),
    )
  },
  column: 'locationId',
}
