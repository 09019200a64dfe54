import { randomUUID } from 'node:crypto'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate as drizzleMigrate } from 'drizzle-orm/node-postgres/migrator'
import pg from 'pg'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { migrate, pendingMigrations } from '../../src/db/migrate.ts'
import { readMigrations } from '../../src/db/migration-files.ts'
import { createDatabase } from '../../src/local/postgres.ts'
import { otherMigrations, ownMigrations } from './migration-folder.ts'
import { keepSessions } from './session-keeper.ts'

const all = readMigrations('drizzle').length

/** A database without tables, a connection of its superuser, and its settings. */
async function emptyDatabase() {
  const url = await createDatabase(inject('postgres'), `migrated_${randomUUID().slice(0, 8)}`)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  const query = async (text: string) => (await client.query({ text, rowMode: 'array' })).rows.map((row) => row[0])
  return { url, client, query, settings: settingsOf(url) }
}

const settingsOf = (url: string, more = '') => parseConnectionString(`${url}?sslmode=disable${more}`)

const tables = `select relname from pg_class where relname in ('sync_jobs', 'customers') and relkind = 'r' order by 1`
const ownRows = 'select name from billing_sync.migrations order by 1'
const sharedRows = 'select hash from drizzle.__drizzle_migrations order by created_at'
const names = readMigrations('drizzle').map(({ name }) => name)
/** Each has a session of its own. */
const outside = readMigrations('drizzle').filter(({ outsideTransaction }) => outsideTransaction)

test('a migration does not wait behind a long query, says so, and is done when it is run again', async () => {
  const { client, settings } = await emptyDatabase()
  const before = await migrate(settings, ownMigrations({ last: '0011_lz4' }))
  await client.query(`insert into customers (tenant_id, provider, id, raw, observed_at)
    values (gen_random_uuid(), 'stripe', 'cus_1', '{"id":"cus_1"}', now())`)

  await client.query('begin')
  await client.query('select id from customers')
  await expect(migrate(settings, 'drizzle', 100)).rejects.toThrow(
    'migrate: a long query or a running worker uses one of the tables. Nothing was changed. Run it again.',
  )
  expect((await client.query('select * from customers')).rows).toEqual([
    expect.not.objectContaining({ raw_sha256: null }),
  ])
  await client.query('commit')

  expect(await migrate(settings)).toBeGreaterThan(0)
  expect(await migrate(settings)).toBe(0)
  expect(before).toBe(12)
  expect((await client.query('select id, account, raw, raw_sha256 from customers')).rows).toEqual([
    { id: 'cus_1', account: 'unknown', raw: { id: 'cus_1' }, raw_sha256: null },
  ])
})

describe('another application with Drizzle in the same database', () => {
  const neighbour = (name: string, when: number) => ({ name, when, sql: `create table "${name}" (id int)` })
  const times: Record<string, readonly [first: number, second: number]> = {
    'older migrations than ours': [1_000, 2_000],
    'newer migrations than ours': [9e12, 9.1e12],
    'migrations older and newer than ours': [1_000, 9e12],
  }
  const apply = (client: pg.Client, folder: string) => drizzleMigrate(drizzle(client), { migrationsFolder: folder })

  test.each(Object.entries(times))('may have %s: neither hides the other’s', async (_, [first, second]) => {
    const { client, query, settings } = await emptyDatabase()
    await apply(client, otherMigrations([neighbour('theirs', first)]))
    const theirs = await query(sharedRows)
    expect(await pendingMigrations(settings)).toBe(all)
    expect(await migrate(settings)).toBe(all)
    expect(await pendingMigrations(settings)).toBe(0)
    expect(await query(tables)).toEqual(['customers', 'sync_jobs'])
    expect(await query(sharedRows)).toEqual(theirs)
    await apply(client, otherMigrations([neighbour('theirs', first), neighbour('their_next', second)]))
    expect(await query(`select count(*)::int from their_next`)).toEqual([0])
    expect(await query(sharedRows)).toHaveLength(2)
    expect(await migrate(settings)).toBe(0)
  })

  test.each(Object.entries(times))(
    'keeps %s when our rows leave the journal that we shared',
    async (_, [first, second]) => {
      const { client, query, settings } = await emptyDatabase()
      await apply(client, ownMigrations({ last: '0011_lz4' }))
      // Drizzle itself would leave these out, since our rows are newer.
      await client.query(`insert into drizzle.__drizzle_migrations (hash, created_at)
        values ('theirs', ${first}), ('their next', ${second})`)
      expect(await pendingMigrations(settings)).toBe(all - 12)
      expect(await migrate(settings)).toBe(all - 12)
      expect(await query(sharedRows)).toEqual(['theirs', 'their next'])
      expect(await query(ownRows)).toEqual(names)
      expect(await query('select count(*)::int from billing_sync.migrations where applied_at is null')).toEqual([12])
      expect(await migrate(settings)).toBe(0)
    },
  )

  test('whose journal our login may not read has none of our rows', async () => {
    const { url, client, query } = await emptyDatabase()
    await apply(client, otherMigrations([neighbour('theirs', 1_000)]))
    const owner = await loginOf(client, { mayCreateSchemas: true })
    expect(await migrate(settingsOf(asLogin(url, owner)))).toBe(all)
    expect(await query(sharedRows)).toHaveLength(1)
  })
})

test('a database of ours alone gets no schema of Drizzle’s, and an old one is left empty', async () => {
  const { client, query, settings } = await emptyDatabase()
  await migrate(settings)
  expect(await query(`select nspname from pg_namespace where nspname in ('drizzle', 'billing_sync')`)).toEqual([
    'billing_sync',
  ])
  const old = await emptyDatabase()
  // Versions that used Drizzle's journal had no migration outside a transaction.
  await drizzleMigrate(drizzle(old.client), { migrationsFolder: ownMigrations({ last: '0014_comments' }) })
  expect(await migrate(old.settings)).toBe(all - 15)
  expect(await old.query(sharedRows)).toEqual([])
  expect(await old.query(ownRows)).toEqual(names)
  await client.query('select 1')
})

interface Rights {
  readonly mayCreateSchemas: boolean
}

/** A login that owns the schema public, and may make schemas or not. */
async function loginOf(client: pg.Client, { mayCreateSchemas }: Rights): Promise<string> {
  const name = `owner_${randomUUID().slice(0, 8)}`
  await client.query(`create role ${name} login createrole`)
  await client.query(`alter schema public owner to ${name}`)
  const { rows } = await client.query<{ name: string }>('select current_database() as name')
  await client.query(`revoke create on database ${rows[0]?.name} from public`)
  if (mayCreateSchemas) await client.query(`grant create on database ${rows[0]?.name} to ${name}`)
  return name
}

function asLogin(url: string, name: string): string {
  const login = new URL(url)
  login.username = name
  return login.href
}

test('an owner who may not create schemas is told which to have made, and needs no more', async () => {
  const { url, client, query } = await emptyDatabase()
  const owner = await loginOf(client, { mayCreateSchemas: false })
  const settings = settingsOf(asLogin(url, owner))
  const message = await migrate(settings).catch((error: Error) => error.message)
  expect(message).toMatch(/^migrate: this login may not create the schema billing_sync, /)
  expect(await query(tables)).toEqual([])
  const statement = /CREATE SCHEMA billing_sync AUTHORIZATION/.exec(String(message))?.[0]
  await client.query(`${statement} ${owner}`)
  expect(await migrate(settings, ownMigrations({ last: '0011_lz4' }))).toBe(12)
  expect(await migrate(settings)).toBe(all - 12)
})

test('the worker’s login is told that migrating is the owner’s work, and knows of no migration that lacks', async () => {
  const { url, client, settings } = await emptyDatabase()
  await migrate(settings, ownMigrations({ last: '0011_lz4' }))
  const name = `worker_${randomUUID().slice(0, 8)}`
  await client.query(`create role ${name} login in role billing_sync_worker`)
  const worker = settingsOf(asLogin(url, name))
  await expect(migrate(worker)).rejects.toThrow(
    `migrate: this login may not change the tables. Migrate as their owner, not as the worker's login.`,
  )
  expect(await pendingMigrations(worker)).toBe(0)
})

describe('a search path in the connection string', () => {
  test('says where the tables go, and two schemas have each their own', async () => {
    const { url, client, query } = await emptyDatabase()
    await client.query('create schema "one Two"; create schema b')
    const settings = settingsOf(url, '&search_path=%22one%20Two%22,public')
    const b = settingsOf(url, '&search_path=b')
    expect(await migrate(settings)).toBe(all)
    expect(await pendingMigrations(settings)).toBe(0)
    expect(await pendingMigrations(b)).toBe(all)
    expect(await migrate(b, ownMigrations({ last: '0011_lz4' }))).toBe(12)
    const places = `select nspname from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where relname = 'customers' order by 1`
    expect(await query(places)).toEqual(['b', 'one Two'])
    expect(await pendingMigrations(b)).toBe(all - 12)
    expect(await migrate(b)).toBe(all - 12)
  })

  test('that leads to no schema is refused', async () => {
    const { url, query } = await emptyDatabase()
    await expect(migrate(settingsOf(url, '&search_path=nowhere'))).rejects.toThrow(
      'migrate: no schema of the search path exists. Create the schema that Search Path of the connection string names, or leave Search Path out.',
    )
    expect(await query(tables)).toEqual([])
  })

  test('that was ignored when the tables were made is refused, and the sentence says how to go on', async () => {
    const { url, client, query, settings } = await emptyDatabase()
    await drizzleMigrate(drizzle(client), { migrationsFolder: ownMigrations({ last: '0011_lz4' }) })
    await client.query('create schema billing')
    await expect(migrate(settingsOf(url, '&search_path=billing'))).rejects.toThrow(
      'migrate: the tables are in the schema public, and the search path begins with billing. Nothing was changed. Write Search Path=public into the connection string, or move the tables with ALTER TABLE … SET SCHEMA.',
    )
    expect(await query(sharedRows)).toHaveLength(12)
    expect(await migrate(settings)).toBe(all - 12)
  })
})

describe('the lock on migrations', () => {
  test('lets one process migrate at a time, and the other applies what is left', async () => {
    const { settings } = await emptyDatabase()
    const applied = await Promise.all([migrate(settings), migrate(settings), migrate(settings)])
    expect(applied.reduce((sum, count) => sum + count)).toBe(all)
  })

  test('is waited for no longer than so, in words', async () => {
    const { client, query, settings } = await emptyDatabase()
    await client.query(`begin; select pg_advisory_xact_lock(hashtext('billing-sync-worker migrations'))`)
    await expect(migrate(settings, 'drizzle', 50)).rejects.toThrow(
      'migrate: another process migrates this database and has not ended in time.',
    )
    await client.query('commit')
    expect(await query(tables)).toEqual([])
    expect(await migrate(settings)).toBe(all)
  })

  test.each(['succeeds', 'fails'])('is left with no session that a pooler keeps when migrating %s', async (how) => {
    const { url, client, query } = await emptyDatabase()
    const settings = settingsOf(await keepSessions(url))
    if (how === 'fails') await client.query('create table coupons (id int)')
    const ended = await migrate(settings).catch((error: Error) => error.message)
    expect(ended).toEqual(how === 'fails' ? 'migrate: relation "coupons" already exists' : all)
    expect(
      await query('select state from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()'),
    ).toEqual(how === 'fails' ? ['idle'] : ['idle', ...outside.map(() => 'idle')])
    expect(
      await query(
        `select locktype from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
      ),
    ).toEqual([])
    if (how === 'fails') await client.query('drop table coupons')
    expect(await migrate(settings)).toBe(how === 'fails' ? all : 0)
  })
})

describe('a migration outside a transaction', () => {
  const index = {
    name: '9000_index',
    when: 9e12,
    sql: `-- outside a transaction
create unique index concurrently if not exists "only_one_name" on customers (name);--> statement-breakpoint
do $$ begin for n in 1..3 loop perform pg_sleep(0); commit; end loop; end $$;`,
  }
  const after = { name: '9001_after', when: 9.1e12, sql: 'create table after_it (id int)' }
  const insert = `insert into customers (tenant_id, provider, id, name, raw, observed_at)
    values (gen_random_uuid(), 'stripe', gen_random_uuid(), 'the same', '{}', now())`
  const validity = `select indisvalid from pg_index where indexrelid = to_regclass('only_one_name')`

  test('is applied between those before it and those after it', async () => {
    const { query, settings } = await emptyDatabase()
    const folder = ownMigrations({ added: [index, after] })
    expect(await migrate(settings, folder)).toBe(all + 2)
    expect(await query(validity)).toEqual([true])
    expect(await query('select count(*)::int from after_it')).toEqual([0])
    expect(await migrate(settings, folder)).toBe(0)
  })

  test('does not wait for a process that waits for its turn', async () => {
    const { query, settings } = await emptyDatabase()
    const folder = ownMigrations({ added: [index, after] })
    const applied = await Promise.all([migrate(settings, folder), migrate(settings, folder), migrate(settings, folder)])
    expect(applied.reduce((sum, count) => sum + count)).toBe(all + 2)
    expect(await query(validity)).toEqual([true])
  })

  test('that fails keeps what was applied before it, and is run again from its start', async () => {
    const { client, query, settings } = await emptyDatabase()
    await migrate(settings, ownMigrations({ last: '0011_lz4' }))
    await client.query(insert)
    await client.query(insert)
    const folder = ownMigrations({ added: [index, after] })
    await expect(migrate(settings, folder)).rejects.toThrow('migrate: could not create unique index "only_one_name"')
    expect(await query(validity)).toEqual([false])
    expect(await pendingMigrations(settings, folder)).toBe(2)
    await client.query(`update customers set name = id`)
    expect(await migrate(settings, folder)).toBe(2)
    expect(await query(validity)).toEqual([true])
  })

  test('is not cut short by the limits of its login, and leaves none of its settings in the session', async () => {
    const { url, client, query } = await emptyDatabase()
    const { rows } = await client.query<{ name: string }>('select current_database() as name')
    await client.query(`alter database ${rows[0]?.name} set statement_timeout = '200ms'`)
    await client.query(`alter database ${rows[0]?.name} set lock_timeout = '50ms'`)
    const slow = { ...index, sql: `-- outside a transaction\nselect pg_sleep(0.4);` }
    expect(await migrate(settingsOf(await keepSessions(url)), ownMigrations({ added: [slow] }))).toBe(all + 1)
    expect(
      await query(`select count(*)::int from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`),
    ).toEqual([0])
  })
})
