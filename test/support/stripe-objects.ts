import { readFileSync } from 'node:fs'
import type { SyncedTable } from '../../src/db/schema.ts'
import type { Places } from '../../src/json/raw-json.ts'
import type { Nested, Resource } from '../../src/provider/contract.ts'
import type { Fields } from '../../src/provider/fields.ts'
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
  readonly places: Places | undefined
  /** As the core calls it. */
  readonly map: Resource['row']
  row(item: unknown): Readonly<Record<string, unknown>>
  /** The columns of whose field the shape is not known. */
  drift(item: unknown): readonly string[]
}

/** The mappings of all tables with columns of their own, nested ones too: their parent is `parent`. */
export const mappings: readonly NamedMapping[] = billing.flatMap((resource) => [
  named(resource, resource.row),
  ...nestedOf(resource).map((nested) => named(nested, (item, odd) => nested.row(item, 'parent', odd))),
])

type Named = Pick<Resource, 'name' | 'table' | 'places'>

function named({ name, table, places }: Named, map: Resource['row']): NamedMapping {
  return { name, table, places, map, row: (item) => map(item), drift: (item) => driftOf(map, item) }
}

export function driftOf(map: Resource['row'], item: unknown): readonly string[] {
  const columns: string[] = []
  map(item, (column) => columns.push(column))
  return columns
}

export function nestedOf(resource: Resource<StripeConnection>) {
  return (resource.nested ?? []) as readonly (Nested<StripeConnection> & {
    harvest?: NonNullable<Resource['harvest']>
  })[]
}

export function mappingOf(name: string): NamedMapping {
  const mapping = mappings.find((one) => one.name === name)
  if (!mapping) throw new Error(`no mapping is called ${name}`)
  return mapping
}
