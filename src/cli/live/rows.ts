import { getTableName, type Table } from 'drizzle-orm'
import pg from 'pg'
import type { Ended } from './ledger.ts'
import type { ShownEvent } from './screen.ts'

interface RowOptions {
  readonly client: pg.Client
  readonly tenant: string
  readonly provider: string
  /** The tables by the names of their resources. */
  readonly tables: ReadonlyMap<string, Table>
}

interface StoredRow {
  readonly id: string
  readonly deleted: boolean
  /** Milliseconds since the row was written, by the database's clock. */
  readonly age: number
}

/** Reads the rows of events back, on another connection than the worker's: what it shows is committed. */
export async function readRows(
  events: readonly Ended[],
  { client, tenant, provider, tables }: RowOptions,
): Promise<readonly ShownEvent[]> {
  const stored = new Map<string, StoredRow>()
  for (const [resource, table] of tables) {
    const ids = events.flatMap(({ row }) => (row?.resource === resource ? [row.id] : []))
    if (ids.length === 0) continue
    const { rows } = await client.query<StoredRow>(
      `select id, deleted_at is not null as deleted, (extract(epoch from clock_timestamp() - synced_at) * 1000)::float8 as age
         from ${pg.escapeIdentifier(getTableName(table))} where tenant_id = $1 and provider = $2 and id = any($3)`,
      [tenant, provider, ids],
    )
    for (const row of rows) stored.set(`${resource} ${row.id}`, row)
  }
  return events.map(({ type, row, ms, dead, deliveries }) => ({
    type: deliveries > 1 ? `${type} (delivered ${deliveries} times)` : type,
    resource: row?.resource ?? null,
    id: row?.id ?? '',
    state: stateOf(stored.get(`${row?.resource} ${row?.id}`), { ms, dead, isStored: tables.has(row?.resource ?? '') }),
    ms,
  }))
}

/** The look at the row comes a moment after its commit. */
const lookMs = 2_000

function stateOf(
  row: StoredRow | undefined,
  { ms, dead, isStored }: Pick<Ended, 'ms' | 'dead'> & { readonly isStored: boolean },
): string {
  if (dead !== null) return 'refused'
  if (!isStored) return 'not kept'
  if (!row) return 'not here'
  if (row.age > ms + lookMs) return 'as it was'
  return row.deleted ? 'deleted' : 'written'
}
