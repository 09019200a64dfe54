import type { Database } from './postgres.ts'

/** What a database has written, as numbers that only grow. */
export interface Mark {
  readonly rows: Readonly<Record<string, number>>
  readonly wal: string
}

/** What was written between two marks. */
export interface Written {
  /** Rows inserted, updated or deleted in the table of the data. */
  readonly rows: number
  /** The same in all other tables: jobs, runs, cursors. */
  readonly otherRows: number
  /** Bytes of WAL in all; data checksums make even reading write some. */
  readonly walBytes: number
  /** Bytes of WAL records that change or lock rows of the data's table, its indexes and its TOAST. */
  readonly rowWalBytes: number
}

/** To be called while nobody else is connected: a backend's counts are in the statistics when it has ended. */
export async function mark(database: Database): Promise<Mark> {
  const rows = await database.query<{ name: string; count: number }>(
    `select schemaname || '.' || relname as name, (n_tup_ins + n_tup_upd + n_tup_del)::float8 as count from pg_stat_user_tables`,
  )
  const [position] = await database.query<{ wal: string }>('select pg_current_wal_insert_lsn()::text as wal')
  return { rows: Object.fromEntries(rows.map(({ name, count }) => [name, count])), wal: position?.wal ?? '0/0' }
}

export async function writtenSince(before: Mark, database: Database, table: string): Promise<Written> {
  const after = await mark(database)
  const grown = (name: string) => (after.rows[name] ?? 0) - (before.rows[name] ?? 0)
  const others = Object.keys(after.rows).filter((name) => name !== table)
  await database.query('create extension if not exists pg_walinspect')
  const [wal] = await database.query<{ all: number; rows: number }>(
    `select pg_wal_lsn_diff($2, $1)::float8 as all, (
        select coalesce(sum(record_length), 0)::float8 from pg_get_wal_block_info($1, $2, false) as block
        where (resource_manager in ('Heap', 'Btree') or record_type like 'MULTI_INSERT%') and reldatabase = own.oid and relfilenode in (
          select relfilenode from pg_class as part where part.oid = to_regclass($3)
            or part.oid in (select indexrelid from pg_index where indrelid = to_regclass($3))
            or part.oid in (select reltoastrelid from pg_class where oid = to_regclass($3)))) as rows
      from pg_database as own where datname = current_database()`,
    [before.wal, after.wal, table],
  )
  return {
    rows: grown(table),
    otherRows: others.reduce((sum, name) => sum + grown(name), 0),
    walBytes: wal?.all ?? Number.NaN,
    rowWalBytes: wal?.rows ?? Number.NaN,
  }
}

/** As autovacuum does within a minute: the next run finds a table like one of yesterday. */
export async function settle(database: Database): Promise<void> {
  await database.query('vacuum analyze')
  await database.query('checkpoint')
}
