import type { RowOf, SyncedTable } from '../db/schema.ts'
import { Item, rawOf } from '../json/item.ts'
import type { RawJson } from '../json/raw-json.ts'

/** Makes rows that hold only their item's bytes and read a column on first access. Usually Postgres reads the columns. */
export function unreadRows<Table extends SyncedTable>(
  columns: readonly string[],
  read: (item: Item) => RowOf<Table>,
): (item: Item) => RowOf<Table> {
  class UnreadRow {
    readonly id: string | null
    readonly #raw: RawJson | null
    #row: Readonly<Record<string, unknown>> | undefined

    constructor(item: Item) {
      this.id = item.id
      this.#raw = rawOf(item)
    }

    column(name: string): unknown {
      this.#row ??= this.#raw ? read(Item.cut(this.#raw)) : {}
      return this.#row[name]
    }
  }
  for (const name of columns) {
    Object.defineProperty(UnreadRow.prototype, name, {
      get(this: UnreadRow) {
        return this.column(name)
      },
    })
  }
  // The prototype has a property for each column.
  return (item) => new UnreadRow(item) as unknown as RowOf<Table>
}
