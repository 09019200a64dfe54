import type { SyncedTable } from '../../../db/schema.ts'
import type { Kit } from '../kit.ts'

/** A table that items land in. */
export interface KnownTable {
  /** In SQL. */
  readonly name: string
  readonly table: SyncedTable
  /** The columns that a mapping fills, by their names in SQL. */
  readonly columns: ReadonlyMap<string, KnownColumn>
}

export interface KnownColumn {
  /** In code. */
  readonly name: string
  readonly type: 'text' | 'bigint' | 'boolean' | 'numeric' | 'jsonb' | 'timestamp'
  readonly isRequired: boolean
}

/** Columns that the core fills. */
const stamped = new Set([
  'tenantId',
  'provider',
  'account',
  'id',
  'raw',
  'rawSha256',
  'deletedAt',
  'observedAt',
  'syncedAt',
  'mappingVersion',
])

const nameOfTable = Symbol.for('drizzle:Name')

export function syncedTables(tables: Kit['tables']): readonly KnownTable[] {
  return Object.values<unknown>(tables)
    .filter(isSynced)
    .map((table) => ({ name: String(Reflect.get(table, nameOfTable)), table, columns: columnsOf(table) }))
    .toSorted(({ name: left }, { name: right }) => (left < right ? -1 : 1))
}

export function findTable(tables: Kit['tables'], name = 'provider_objects'): KnownTable {
  const known = syncedTables(tables).find((table) => table.name === name)
  if (known) return known
  throw new Error(`manifest: there is no table ${name}`)
}

function isSynced(table: unknown): table is SyncedTable {
  return typeof table === 'object' && table !== null && 'observedAt' in table && nameOfTable in table
}

function columnsOf(table: SyncedTable): ReadonlyMap<string, KnownColumn> {
  const columns = Object.entries(table).flatMap(([name, column]): readonly [string, KnownColumn][] => {
    if (typeof column !== 'object' || column === null || !('getSQLType' in column) || stamped.has(name)) return []
    const type = typeOf(column.getSQLType())
    return type === null ? [] : [[column.name, { name, type, isRequired: column.notNull }]]
  })
  return new Map(columns)
}

function typeOf(sqlType: string): KnownColumn['type'] | null {
  if (sqlType.startsWith('timestamp')) return 'timestamp'
  const types = ['text', 'bigint', 'boolean', 'numeric', 'jsonb'] as const
  return types.find((type) => type === sqlType) ?? null
}
