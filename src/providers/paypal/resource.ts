import type { SyncedTable } from '../../db/schema.ts'
import type { Resource } from '../../provider/contract.ts'
import type { PayPalConnection } from './connection.ts'

export type PayPalResource<Table extends SyncedTable = SyncedTable> = Resource<PayPalConnection, Table>
