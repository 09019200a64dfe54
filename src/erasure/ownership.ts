import type { SyncedTable } from '../db/schema.ts'
import { Item } from '../json/item.ts'
import { RawJson } from '../json/raw-json.ts'
import { valueAt } from '../json/value.ts'
import type { ProviderResource } from '../provider/contract.ts'
import { fields, reference } from '../provider/fields.ts'
import type { RowMapping } from '../provider/mapping.ts'
import type { Owner, OwnerField } from '../provider/owner.ts'
import type { ObservedRow, Reject } from '../sync/rows.ts'
import type { RelatedIds } from './owned.ts'

/** A table with rows of customers. If several resources land in it, its fields are those of all of them. */
export interface OwnedTable extends Required<Omit<Owner, 'customerMayBeMissing'>> {
  readonly table: SyncedTable
  /** A row may be stored before the objects it is about and name no customer: only a search by those objects finds it. */
  readonly isIndirect: boolean
}

/** What a provider's resources say about the owners of their rows. */
export interface Ownership {
  readonly tables: readonly OwnedTable[]
  readonly indirectlyOwned: readonly OwnedTable[]
  /** Resources and nested lists, by name. */
  readonly resources: ReadonlyMap<string, MappedResource>
}

interface MappedResource {
  readonly table: SyncedTable
  readonly row: RowMapping<SyncedTable>
}

export function ownershipOf(resources: readonly ProviderResource[]): Ownership {
  const tables = new Map<SyncedTable, OwnedTable>()
  const mappedResources = new Map<string, MappedResource>()
  const add = (name: string, owner: Owner | null, { table, row }: MappedResource) => {
    mappedResources.set(name, { table, row })
    if (owner) tables.set(table, merge(table, owner, tables.get(table)))
  }
  for (const { name, table, owner, row, nested = [] } of resources) {
    add(name, owner, { table, row })
    for (const list of nested) add(list.name, list.owner, list)
  }
  const all = [...tables.values()]
  return { tables: all, indirectlyOwned: all.filter(({ isIndirect }) => isIndirect), resources: mappedResources }
}

function merge(table: SyncedTable, owner: Owner, other?: OwnedTable): OwnedTable {
  const { customer = [], about = [], owns = [], customerMayBeMissing = false } = owner
  const isIndirect = about.length > 0 && (customer.length === 0 || customerMayBeMissing)
  return {
    table,
    customer: union(other?.customer, customer),
    about: union(other?.about, about),
    owns: union(other?.owns, owns),
    isIndirect: isIndirect || other?.isIndirect === true,
  }
}

function union(known: readonly OwnerField[] = [], added: readonly OwnerField[]): readonly OwnerField[] {
  return [...new Map([...known, ...added].map((field) => [JSON.stringify(field), field])).values()]
}

/** The ids in a row that is about to be written. */
export function ownerOfRow(
  { tables }: Pick<Ownership, 'tables'>,
  { table, row, raw }: Pick<ObservedRow, 'table' | 'row' | 'raw'>,
): RelatedIds {
  const owned = tables.find((known) => known.table === table)
  if (!owned) return { id: row.id, customers: [], about: [], owns: [] }
  const hasPaths = [...owned.customer, ...owned.about, ...owned.owns].some((field) => typeof field === 'object')
  const payload = hasPaths ? (raw instanceof RawJson ? raw.value() : raw) : undefined
  const idsAt = (places: readonly OwnerField[]) =>
    places
      .flatMap((field) => (typeof field === 'string' ? [fields(row)[field]] : valuesAt(payload, field.path)))
      .map((value) => reference(value))
      .filter((id) => id !== null)
  return { id: row.id, customers: idsAt(owned.customer), about: idsAt(owned.about), owns: idsAt(owned.owns) }
}

/** The values at a path; `*` stands for each element of a list. */
function valuesAt(payload: unknown, path: string): readonly unknown[] {
  const [first = [], ...rest] = path.split('.*.').map((part) => part.split('.'))
  return rest.reduce<readonly unknown[]>(
    (values, steps) =>
      values.flatMap((value) => (Array.isArray(value) ? value : [])).map((value) => valueAt(value, steps)),
    [valueAt(payload, first)],
  )
}

/** The ids in a rejected item; null if its payload was cut or its resource cannot map it. */
export function ownerOfReject(
  ownership: Ownership,
  { resource, payload }: Pick<Reject, 'resource' | 'payload'>,
): RelatedIds | null {
  const known = ownership.resources.get(resource)
  if (!known) return null
  try {
    const raw: unknown = JSON.parse(payload)
    return ownerOfRow(ownership, { table: known.table, row: known.row(Item.of(raw)), raw })
  } catch {
    return null
  }
}
