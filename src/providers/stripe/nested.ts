import type { RowOf, SyncedTable } from '../../db/schema.ts'
import type { Found, Nested } from '../../provider/contract.ts'
import { derived, type Mapping } from '../../provider/mapping.ts'
import type { Owner } from '../../provider/owner.ts'
import type { StripeConnection } from './connection.ts'

type StripeNested<Table extends SyncedTable> = Nested<StripeConnection, Table>

/** The whole prices that one of a nested list's items holds. */
interface Harvesting {
  harvest?(item: unknown): Readonly<Record<string, readonly Found[]>>
}

interface Parts<Table extends SyncedTable>
  extends Pick<StripeNested<Table>, 'table' | 'embedded' | 'list'>,
    Mapping<Table>,
    Harvesting {
  /** The column of the parent's id. What the item itself says of it is not believed. */
  readonly parent: keyof RowOf<Table> & string
  readonly owner: Owner<keyof RowOf<Table> & string> | null
}

/** Stands for the parent's id in a mapping; `row` puts it in. */
export const parentId = derived(() => null)

/** A list that Stripe embeds in an object, with its first items. */
export function nested<Table extends SyncedTable>(
  name: string,
  { row, ...rest }: Parts<Table>,
): StripeNested<Table> & Harvesting {
  return { ...rest, name, row: (item, id, odd) => Object.assign(row(item, odd), { [rest.parent]: id }) }
}
