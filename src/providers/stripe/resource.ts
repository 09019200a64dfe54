import type { RowOf, SyncedTable } from '../../db/schema.ts'
import type { Query, Resource, Unsettled } from '../../provider/contract.ts'
import type { Owner } from '../../provider/owner.ts'
import type { StripeConnection } from './connection.ts'
import { listPage } from './list.ts'
import { retrieveObject } from './retrieve.ts'

type StripeResource<Table extends SyncedTable> = Resource<StripeConnection, Table>

interface Parts<Table extends SyncedTable>
  extends Pick<StripeResource<Table>, 'table' | 'row' | 'nested' | 'embeddedItems' | 'optional'> {
  readonly owner: Owner<keyof RowOf<Table> & string> | null
  /** Null if the list cannot be filtered by `created`. */
  readonly createdFilter?: StripeResource<Table>['createdFilter'] | null
  /** Fields that the list and the request of one object expand. */
  readonly expand?: readonly string[]
  /** Parameters of every page. */
  readonly parameters?: Readonly<Record<string, string>>
  /** See Resource.unsettled. `parameters`: of the list of such objects, if the API has one. */
  readonly unsettled?:
    | (Omit<Unsettled, 'list'> & { readonly parameters?: Readonly<Record<string, string>> })
    | 'every row'
  /** The parameters of every page, by part. */
  readonly parts?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** A list of API v1 and the object by its id; filtered by `created`, unless `parts` say otherwise. */
export function resource<Table extends SyncedTable>(
  name: string,
  path: string,
  { createdFilter = { field: 'created' }, expand, parameters, parts, unsettled, ...rest }: Parts<Table>,
): StripeResource<Table> {
  return {
    ...rest,
    name,
    ...(createdFilter ? { createdFilter } : {}),
    ...(parts ? { parts: Object.keys(parts) } : {}),
    ...(unsettled ? { unsettled: unsettled === 'every row' ? unsettled : unsettledOf(path, unsettled) } : {}),
    list: (stripe, query) =>
      listPage(stripe, path, query, { ...parameters, ...expandList(expand), ...ofPart(query, parts) }),
    retrieve: (stripe, id) => retrieveObject(stripe, { path, id, query: expandOne(expand) }),
  }
}

function unsettledOf(
  path: string,
  { parameters, ...rows }: Exclude<NonNullable<Parts<SyncedTable>['unsettled']>, 'every row'>,
): Unsettled<StripeConnection> {
  return parameters ? { ...rows, list: (stripe, query) => listPage(stripe, path, query, parameters) } : rows
}

const expandList = (fields: readonly string[] = []) =>
  Object.fromEntries(fields.map((field, at) => [`expand[${at}]`, `data.${field}`]))

const expandOne = (fields: readonly string[] = []) =>
  fields.length === 0 ? '' : `?${fields.map((field) => `expand[]=${field}`).join('&')}`

function ofPart({ part }: Query, parts: Parts<SyncedTable>['parts'] = {}) {
  return part === undefined ? {} : parts[part]
}
