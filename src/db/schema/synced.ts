import { type SQL, sql } from 'drizzle-orm'
import { index, jsonb, type PgColumnBuilderBase, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, instant } from './column.ts'
import { tenantPolicies } from './tenants.ts'

/** Whose row it is, in every table that providers' items land in. */
export const owner = {
  tenantId: uuid('tenant_id').notNull(),
  provider: text('provider').notNull(),
  /** Provider account with its mode: acct_1ABC is live, acct_1ABC:test is test mode. It is `unknown` in rows of 0.1.0 until a job of their account adopts them. */
  account: text('account').notNull(),
}

/** When it was seen and what it was, in every table that providers' items land in. */
export const observation = {
  /** Time at which the provider created the object. */
  createdAt: instant('created_at'),
  /** Time of the last change at the provider. Null if the provider does not say. */
  updatedAt: instant('updated_at'),
  /** Time from which the provider no longer had the object. The row stays. */
  deletedAt: instant('deleted_at'),
  /** The whole object, as the provider sent it. */
  raw: jsonb('raw').notNull(),
  /** SHA-256 of the bytes that the provider sent, to recognise an unchanged object. Null if the worker assembled the payload. */
  rawSha256: bytes('raw_sha256'),
  /** Time of the observation, by the clock of the provider. An older observation never replaces a newer observation. */
  observedAt: instant('observed_at').notNull(),
  /** Time of the last write to the row, by the clock of this database. */
  syncedAt: instant('synced_at').notNull().defaultNow(),
  /** Version of the mapping that filled the columns. A sync rewrites a row of an older version although its object is unchanged. */
  mappingVersion: smallint('mapping_version').notNull().default(1),
}

interface Lookups {
  /** Columns that rows are looked up by, by their names in code; each costs every write a little. */
  readonly by?: readonly string[]
  /** The same for columns that only some providers fill: the index has no row without a value. */
  readonly bySparse?: readonly string[]
  /** Rows embedded in the rows of another resource: no list of their own is reconciled by time of creation. */
  readonly nested?: boolean
  /** The condition of rows that may change without an event; few have it, and an incremental job looks for these. */
  readonly unsettled?: SQL
  /** Raised when a mapping fills a column that it did not fill, or fills it otherwise, so that stored rows get it too. */
  readonly mappingVersion?: number
}

/*
 * No index but the key begins with tenant and provider: the planner takes one that does for as good as the key, as long as
 * the table was never analysed, and reads all the tenant's rows for each row it looks up.
 */

/** A table every provider's items of one kind land in: key, typed columns, whole payload, and when it was seen. */
export function syncedTable<Name extends string, Columns extends Record<string, PgColumnBuilderBase>>(
  name: Name,
  columns: Columns,
  { by = [], bySparse = [], nested = false, unsettled, mappingVersion = firstVersion }: Lookups = {},
) {
  const table = pgTable(name, { ...owner, id: text('id').notNull(), ...columns, ...observation }, (row) => {
    const looked = Object.entries(row).filter(([key]) => by.includes(key) || (key === 'createdAt' && !nested))
    const sparse = Object.entries(row).filter(([key]) => bySparse.includes(key))
    return [
      primaryKey({ columns: [row.tenantId, row.provider, row.account, row.id] }),
      ...looked.map(([, column]) => index(`${name}_${column.name.replace(/_at$/, '')}`).on(row.tenantId, column)),
      ...sparse.map(([, column]) =>
        index(`${name}_${column.name}`)
          .on(row.tenantId, column)
          .where(sql`${sql.identifier(column.name)} is not null`),
      ),
      ...(unsettled ? [index(`${name}_unsettled`).on(row.tenantId).where(unsettled)] : []),
      ...tenantPolicies,
    ]
  })
  mappingVersions.set(table, mappingVersion)
  return table
}

const firstVersion = 1
const mappingVersions = new WeakMap<object, number>()

/** The version of the mapping that fills a table's columns now. */
export function mappingVersionOf(table: object): number {
  return mappingVersions.get(table) ?? firstVersion
}

/** A table of this schema that providers' items are written to. */
export type SyncedTable = ReturnType<typeof syncedTable<string, Record<never, never>>>

/** Columns the core stamps on every row; a provider may not. */
type Stamped =
  | 'tenantId'
  | 'provider'
  | 'account'
  | 'raw'
  | 'rawSha256'
  | 'deletedAt'
  | 'observedAt'
  | 'syncedAt'
  | 'mappingVersion'

/** What a provider maps an item to. The core adds tenant, provider, account, payload, times and version. */
export type RowOf<Table extends SyncedTable> = Omit<Table['$inferInsert'], Stamped>
