import type { RowOf, SyncedTable } from '../../db/schema.ts'
import type { Nested } from '../../provider/contract.ts'
import { derived } from '../../provider/mapping.ts'
import type { Owner } from '../../provider/owner.ts'
import type { StripeConnection } from './connection.ts'

interface Parts<Table extends SyncedTable> extends Omit<Nested<StripeConnection, Table>, 'name'> {
  readonly parent: keyof RowOf<Table> & string
  readonly owner: Owner<keyof RowOf<Table> & string> | null
}

/** The mapping's placeholder for the parent's id. The core fills the column. */
export const parentId = derived(() => null)

/** A list that Stripe embeds in an object, with its first items. */
export function nested<Table extends SyncedTable>(name: string, parts: Parts<Table>): Nested<StripeConnection, Table> {
  return { name, ...parts }
}
