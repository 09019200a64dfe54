import { readFileSync } from 'node:fs'
import type { SyncedTable } from '../../src/db/schema.ts'
import { Item } from '../../src/json/item.ts'
import type { Nested, Resource } from '../../src/provider/contract.ts'
import type { Fields } from '../../src/provider/fields.ts'
import type { RowMapping } from '../../src/provider/mapping.ts'
import type { StripeConnection } from '../../src/providers/stripe/connection.ts'
import { billing } from '../../src/providers/stripe/resources/index.ts'

/** An example of each of Stripe's objects, from the fixtures of its OpenAPI description, by the name of our resource. */
export const examples: ReadonlyMap<string, Fields> = new Map(
  readFileSync(new URL('./stripe-objects.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line): [string, Fields] => JSON.parse(line)),
)

export interface NamedMapping {
  readonly name: string
  readonly table: SyncedTable
  /** As the core calls it. */
  readonly map: RowMapping<SyncedTable>
  row(item: unknown): Readonly<Record<string, unknown>>
  /** The columns of whose field the shape is not known. */
  drift(item: unknown): readonly string[]
}

/** The mappings of all tables with columns of their own, nested ones too: their parent is `parent`. */
export const mappings: readonly NamedMapping[] = billing.flatMap((resource) => [
  named(resource),
  ...nestedOf(resource).map((nested) => named(nested, nested.parent)),
])

type Named = Pick<Resource, 'name' | 'table' | 'row'>

function named({ name, table, row }: Named, parent?: string): NamedMapping {
  return {
    name,
    table,
    map: row,
    row: (item) => ({ ...row(Item.of(item)), ...(parent && { [parent]: 'parent' }) }),
    drift: (item) => driftOf(row, Item.of(item)),
  }
}

export function driftOf(map: RowMapping<SyncedTable>, item: Item): readonly string[] {
  const columns: string[] = []
  map(item, (column) => columns.push(column))
  return columns
}

export function nestedOf(resource: Resource<StripeConnection>): readonly Nested<StripeConnection>[] {
  return resource.nested ?? []
}

export function mappingOf(name: string): NamedMapping {
  const mapping = mappings.find((mapping) => mapping.name === name)
  if (!mapping) throw new Error(`no mapping is called ${name}`)
  return mapping
}
