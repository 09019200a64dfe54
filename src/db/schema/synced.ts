import type { SQL } from 'drizzle-orm'
import { index, jsonb, type PgColumnBuilderBase, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytes, instant } from './column.ts'
import { tenantPolicies } from './tenants.ts'

/** Whose row it is, in every table that providers' items land in. */
export const owner = {
  tenantId: uuid('tenant_id').notNull(),
  provider: text('provider').notNull(),
}

/** When it was seen and what it was, in every table that providers' items land in. */
export const observation = {
  /** Time at which the provider created the object. */
  createdAt: instant('created_at'),
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
}

interface Lookups {
  /** Columns that rows are looked up by, by their names in code; each costs every write a little. */
  readonly by?: readonly string[]
  /** Rows embedded in another's: they have no list of their own that is swept by time of creation. */
  readonly nested?: boolean
  /** The condition of rows that may change without an event; few have it, and an incremental job looks for these. */
  readonly unsettled?: SQL
}

/*
 * No index but the key begins with tenant and provider: the planner takes one that does for as good as the key, as long as
 * the table was never analysed, and reads all the tenant's rows for each row it looks up.
 */

/** A table every provider's items of one kind land in: key, typed columns, whole payload, and when it was seen. */
export function syncedTable<Name extends string, Columns extends Record<string, PgColumnBuilderBase>>(
  name: Name,
  columns: Columns,
  { by = [], nested = false, unsettled }: Lookups = {},
) {
  return pgTable(name, { ...owner, id: text('id').notNull(), ...columns, ...observation }, (row) => {
    const looked = Object.entries(row).filter(([key]) => by.includes(key) || (key === 'createdAt' && !nested))
    return [
      primaryKey({ columns: [row.tenantId, row.provider, row.id] }),
      ...looked.map(([, column]) => index(`${name}_${column.name.replace(/_at$/, '')}`).on(row.tenantId, column)),
      ...(unsettled ? [index(`${name}_unsettled`).on(row.tenantId).where(unsettled)] : []),
      ...tenantPolicies,
    ]
  })
}

/** A table of this schema that providers' items are written to. */
export type SyncedTable = ReturnType<typeof syncedTable<string, Record<never, never>>>

/** Columns the core stamps on every row; a provider may not. */
type Stamped = 'tenantId' | 'provider' | 'raw' | 'rawSha256' | 'deletedAt' | 'observedAt' | 'syncedAt'

/** What a provider maps an item to. The core adds tenant, provider, payload and times. */
export type RowOf<Table extends SyncedTable> = Omit<Table['$inferInsert'], Stamped>
