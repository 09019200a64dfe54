import type pg from 'pg'
import { codeOf } from './errors.ts'
import type { Migration } from './migration-files.ts'

/*
 * Which migrations a database has. Drizzle's own journal is `drizzle.__drizzle_migrations` for every application that
 * uses it, and Drizzle compares no more than the time of the newest row: two applications in one database hide each
 * other's migrations. So the worker has a journal of its own, and knows a migration by its hash.
 */

const journal = 'billing_sync.migrations'
const sharedJournal = 'drizzle.__drizzle_migrations'

/** Hashes of the migrations that the schema of the tables has, wherever the journal is. Changes nothing. */
export async function appliedHashes(client: pg.Client, migrations: readonly Migration[]): Promise<Set<string>> {
  if (await exists(client, journal)) {
    const { rows } = await client.query<{ hash: string }>(
      `select hash from ${journal} where tables_in = current_schema()`,
    )
    return new Set(rows.map(({ hash }) => hash))
  }
  return await sharedHashes(client, migrations)
}

/**
 * Makes the journal where it is missing, and moves the rows of these migrations there from the journal that all
 * applications with Drizzle share. The rows of other applications stay as they are.
 * @throws Error if the tables are in another schema than the search path begins with
 */
export async function openJournal(client: pg.Client, migrations: readonly Migration[]): Promise<void> {
  if (await exists(client, journal)) return
  // `create schema if not exists` would ask for the right to create schemas even where it exists.
  const { rows } = await client.query<{ there: boolean }>(`select to_regnamespace('billing_sync') is not null as there`)
  if (!rows[0]?.there) await createSchema(client)
  await client.query(`create table ${journal} (
    tables_in name not null, hash text not null, name text not null, applied_at timestamptz,
    primary key (tables_in, hash))`)
  await client.query(`comment on table ${journal} is
    'The migrations of billing-sync that this database has. Written by "npm run migrate" alone.'`)
  await client.query(`comment on column ${journal}.tables_in is 'The schema of the tables.'`)
  await client.query(`comment on column ${journal}.applied_at is 'Null if the migration is older than this journal.'`)
  await takeOver(client, migrations)
}

async function createSchema(client: pg.Client): Promise<void> {
  try {
    await client.query('create schema billing_sync')
  } catch (cause) {
    throw codeOf(cause) === '42501' ? new Error(noSchema, { cause }) : cause
  }
}

const noSchema =
  'migrate: this login may not create the schema billing_sync, which the list of migrations is kept in. Let an administrator of this database run once: CREATE SCHEMA billing_sync AUTHORIZATION …; with the login that owns the tables. Then migrate again.'

/** Hashes of these migrations in the shared journal; none if there is no such journal, or if the login may not read it. */
async function sharedHashes(client: pg.Client, migrations: readonly Migration[]): Promise<Set<string>> {
  if (!(await isReadable(client, sharedJournal))) return new Set()
  const { rows } = await client.query<{ hash: string }>(`select hash from ${sharedJournal} where hash = any($1)`, [
    hashesOf(migrations),
  ])
  return new Set(rows.map(({ hash }) => hash))
}

async function takeOver(client: pg.Client, migrations: readonly Migration[]): Promise<void> {
  if ((await sharedHashes(client, migrations)).size === 0) return
  await checkSchema(client)
  await client.query(
    `with moved as (delete from ${sharedJournal} where hash = any($1) returning hash)
     insert into ${journal} (tables_in, hash, name)
     select current_schema(), hash, name from unnest($1::text[], $2::text[]) as known (hash, name)
     where hash in (select hash from moved)`,
    [hashesOf(migrations), migrations.map(({ name }) => name)],
  )
}

/** Earlier versions ignored `Search Path`, so that their tables may be in another schema than it names. */
async function checkSchema(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ schema: string; wanted: string }>(
    `select nspname as schema, current_schema() as wanted from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where relname = 'sync_jobs' and relkind = 'r'
       and exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'checkpoint')
     order by nspname = current_schema() desc limit 1`,
  )
  const [tables] = rows
  if (!tables || tables.schema === tables.wanted) return
  throw new Error(
    `migrate: the tables are in the schema ${tables.schema}, and the search path begins with ${tables.wanted}. Nothing was changed. Write Search Path=${tables.schema} into the connection string, or move the tables with ALTER TABLE … SET SCHEMA.`,
  )
}

export async function record(client: pg.Client, { hash, name }: Migration): Promise<void> {
  await client.query(
    `insert into ${journal} (tables_in, hash, name, applied_at) values (current_schema(), $1, $2, now())`,
    [hash, name],
  )
}

/** By the catalogue, which answers whatever the login may do. */
async function exists(client: pg.Client, table: string): Promise<boolean> {
  return (await rightsOn(client, table)) !== undefined
}

/** A login that may not read it has written none of its rows. */
async function isReadable(client: pg.Client, table: string): Promise<boolean> {
  return (await rightsOn(client, table))?.reads ?? false
}

async function rightsOn(client: pg.Client, table: string): Promise<{ readonly reads: boolean } | undefined> {
  const { rows } = await client.query<{ reads: boolean }>(
    `select has_schema_privilege(pg_namespace.oid, 'usage') and has_table_privilege(pg_class.oid, 'select') as reads
     from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where nspname = split_part($1, '.', 1) and relname = split_part($1, '.', 2)`,
    [table],
  )
  return rows[0]
}

const hashesOf = (migrations: readonly Migration[]) => migrations.map(({ hash }) => hash)
