import { randomUUID } from 'node:crypto'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate as drizzleMigrate } from 'drizzle-orm/node-postgres/migrator'
import { describe, expect, test } from 'vitest'
import { migrate, pendingMigrations } from '../../src/db/migrate.ts'
import {
  all,
  asLogin,
  emptyDatabase,
  loginOf,
  names,
  ownRows,
  settingsOf,
  sharedRows,
  tables,
} from './migrate-setup.ts'
import { ownMigrations } from './migration-folder.ts'

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

test('what a database lacks is not guessed where its list of migrations is of another shape', async () => {
  const { client, settings } = await emptyDatabase()
  await client.query('create schema billing_sync')
  await client.query('create table billing_sync.migrations (tables_in name, name text)')
  await expect(pendingMigrations(settings)).rejects.toMatchObject({ code: '42703' })
})

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
