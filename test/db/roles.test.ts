import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabase, type LocalPostgres, openPostgres } from '../../src/local/postgres.ts'

/* Roles belong to a whole server, so these tests have one of their own, which begins without them. */
let postgres: LocalPostgres
let admin: pg.Client
const parent = mkdtempSync(join(tmpdir(), 'billing-sync-roles-'))

beforeAll(async () => {
  postgres = await openPostgres({ dataDir: join(parent, 'pg'), durable: false })
  admin = new pg.Client({ connectionString: postgres.url })
  await admin.connect()
})

afterAll(async () => {
  await admin.end()
  await postgres.stop('immediate')
  rmSync(parent, { recursive: true, force: true })
})

/** A database that belongs to a login without any rights beyond it, as a managed Postgres may give one. */
async function modestDatabase(name: string): Promise<string> {
  await admin.query(`create role ${name}_owner login`)
  const url = new URL(await createDatabase(postgres.url, name))
  await admin.query(`alter database ${name} owner to ${name}_owner`)
  url.username = `${name}_owner`
  return url.href
}

const apply = (url: string) => migrate(parseConnectionString(`${url}?sslmode=disable`))

test('who may not create roles is told what to have done, nothing is left half done, and then it goes through', async () => {
  const url = await modestDatabase('modest')
  const advice =
    /^migrate: the role billing_sync_worker is missing, and modest_owner may not create roles\. Let an administrator/
  await expect(apply(url)).rejects.toThrow(advice)
  const message = await apply(url).catch((error: Error) => error.message)
  const statements = /run once: (.*;) Then/.exec(String(message))?.[1]
  await admin.query(statements ?? 'no statements')
  expect(await apply(url)).toBeGreaterThan(8)
  expect(await apply(url)).toBe(0)
  await admin.query('drop database modest')
  await admin.query('drop role billing_sync_worker, billing_sync_reader')
})

test('databases of one server that are migrated at once share the roles', async () => {
  const urls = await Promise.all(['a', 'b', 'c', 'd'].map((name) => createDatabase(postgres.url, `shared_${name}`)))
  const applied = await Promise.all(urls.map(apply))
  expect(new Set(applied).size).toBe(1)
  const { rows } = await admin.query(`select count(*)::int as n from pg_roles where rolname like 'billing_sync_%'`)
  expect(rows).toEqual([{ n: 2 }])
})

test('the tables’ owner sees no more than anybody', async () => {
  const url = await modestDatabase('owned')
  await apply(url)
  const owner = new pg.Client({ connectionString: url })
  await owner.connect()
  try {
    const insert = `insert into sync_cursors (tenant_id, provider, account, resource, cursor, job_id)
      values ('00000000-0000-0000-0000-000000000001', 'stripe', 'own', 'customers', now(), gen_random_uuid())`
    await expect(owner.query(insert)).rejects.toMatchObject({ code: '42501' })
    await owner.query(`select set_config('app.tenant_id', '00000000-0000-0000-0000-000000000001', false)`)
    await owner.query(insert)
    expect((await owner.query('select * from sync_cursors')).rowCount).toBe(1)
    await owner.query(`select set_config('app.tenant_id', '', false)`)
    expect((await owner.query('select * from sync_cursors')).rowCount).toBe(0)
  } finally {
    await owner.end()
  }
})

test('a role of that name that may too much is refused', async () => {
  const url = await createDatabase(postgres.url, 'mighty')
  await admin.query('alter role billing_sync_worker bypassrls')
  await expect(apply(url)).rejects.toThrow(
    'migrate: the role billing_sync_worker is there already, but may more than it should',
  )
  await admin.query('alter role billing_sync_worker nobypassrls')
  expect(await apply(url)).toBeGreaterThan(8)
})

test('a database or a login of the worker that is read-only by default is refused, with the statements that end it', async () => {
  const url = await createDatabase(postgres.url, 'readonly')
  await apply(url)
  await admin.query('create role reads_only login in role billing_sync_worker')
  await admin.query('create role of_others login')
  // Postgres takes a superuser for a member of every role; it is no login of the worker.
  await admin.query('create role of_dba login superuser')
  await admin.query('alter role of_dba set default_transaction_read_only = on')
  await admin.query('alter database readonly set default_transaction_read_only = on')
  await admin.query(`alter role reads_only set default_transaction_read_only = 'true'`)
  await admin.query(`alter role reads_only in database readonly set default_transaction_read_only = 'yes'`)
  await admin.query('alter role of_others set default_transaction_read_only = on')
  await admin.query('alter role reads_only in database postgres set default_transaction_read_only = on')
  const message = await apply(url).catch((error: Error) => error.message)
  expect(message).toBe(
    'migrate: transactions are read-only by default here, so that the worker could write nothing. Nothing was changed. Let an administrator run: ALTER DATABASE readonly RESET default_transaction_read_only; ALTER ROLE reads_only RESET default_transaction_read_only; ALTER ROLE reads_only IN DATABASE readonly RESET default_transaction_read_only;',
  )
  await admin.query('alter role reads_only in database postgres reset default_transaction_read_only')
  for (const statement of String(message).match(/ALTER [^;]*;/g) ?? []) await admin.query(statement)
  expect(await apply(url)).toBe(0)
})

test('a database or a login of the worker whose triggers are switched off is refused, with the statements that end it', async () => {
  const url = await createDatabase(postgres.url, 'replicating')
  await apply(url)
  await admin.query('create role replicates login in role billing_sync_worker')
  await admin.query('alter database replicating set session_replication_role = replica')
  await admin.query('alter role replicates set session_replication_role = replica')
  // Triggers fire with this one.
  await admin.query('alter role replicates in database replicating set session_replication_role = local')
  const message = await apply(url).catch((error: Error) => error.message)
  expect(message).toBe(
    'migrate: triggers are switched off by default here, so that the changes of MRR would be lost. Nothing was changed. Let an administrator run: ALTER DATABASE replicating RESET session_replication_role; ALTER ROLE replicates RESET session_replication_role;',
  )
  for (const statement of String(message).match(/ALTER [^;]*;/g) ?? []) await admin.query(statement)
  expect(await apply(url)).toBe(0)
})
