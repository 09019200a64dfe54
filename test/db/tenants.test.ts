import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openTestDatabase } from '../support/database.ts'
import { asWorker, workerLogin } from '../support/postgres.ts'
import { createRandom } from '../support/random.ts'
import { acts, attempt, type Ground } from './tenant-attacks.ts'
import { plantRow, tenantTables } from './tenant-rows.ts'

const attempts = 10_000
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

/** How Postgres may refuse: not allowed, no UUID, a job's id is taken. Anything else is a mistake of the test. */
const refusals = new Set(['42501', '22P02', '23505'])

test(`${attempts} attempts on another tenant’s rows fail or find none (SEED=${seed})`, {
  timeout: 300_000,
}, async () => {
  const { url, query } = await openTestDatabase()
  const [attacker, victim] = [randomUUID(), randomUUID()]
  const tables = await tenantTables(query)
  const grounds: Ground[] = []
  for (const table of tables) {
    const [theirs, mine] = [await plantRow(query, table, victim), await plantRow(query, table, attacker)]
    grounds.push({ attacker, victim, table, theirs, mine, role: workerLogin })
  }
  await query('analyze')
  const rows = () =>
    Promise.all(
      tables.map((table) => query(`select to_jsonb(t)::text as row, xmin::text from ${table} as t order by 1`)),
    )
  const before = await rows()

  const client = new pg.Client({ connectionString: asWorker(url) })
  await client.connect()
  onTestFinished(() => client.end())
  const random = createRandom(seed)
  const got: string[] = []
  const refused = new Map<string, number>()
  for (let n = 0; n < attempts; n++) {
    const { act, setting, text } = attempt(random, random.pick(grounds))
    refused.set(act, (refused.get(act) ?? 0) + 1)
    try {
      const results = [await client.query(text)].flat()
      if (results.at(-1)?.rowCount) got.push(`${act}, tenant ${setting}: ${text}`)
    } catch (error) {
      const code = error instanceof pg.DatabaseError ? error.code : String(error)
      if (!refusals.has(code ?? '')) got.push(`${act}, tenant ${setting}: ${code} ${error}: ${text}`)
    }
    await client.query(`rollback; reset role; select set_config('app.tenant_id', '', false)`)
  }
  expect(got.slice(0, 3)).toEqual([])
  expect(await rows()).toEqual(before)
  expect([...refused.keys()].sort()).toEqual(Object.keys(acts).sort())
  // It could have: of its own tenant it sees a row in every table.
  for (const table of tables) {
    const seen = [
      await client.query(`begin; select set_config('app.tenant_id', '${attacker}', true); select * from ${table}`),
    ].flat()
    expect(
      seen.at(-1)?.rows.map(({ tenant_id: tenantId }) => tenantId),
      table,
    ).toEqual([attacker])
    await client.query('rollback')
  }
})

test('every table with a tenant is kept apart, from its owner too', async () => {
  const { query } = await openTestDatabase()
  expect(await tenantTables(query)).toHaveLength(41)
  const open = await query(`
    select relname, relrowsecurity as enabled, relforcerowsecurity as forced from pg_class
    where oid in (select attrelid from pg_attribute where attname = 'tenant_id') and relkind in ('r', 'p')
      and relname <> 'event_routes'
      and relnamespace = 'public'::regnamespace and not (relrowsecurity and relforcerowsecurity)`)
  expect(open).toEqual([])
  const policies = await query<{ tablename: string }>(
    `select tablename, policyname, permissive, roles::text[], cmd, qual, with_check from pg_policies order by tablename, policyname`,
  )
  const condition = `(tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid AS "nullif"))`
  const isTick = `(( SELECT current_setting('app.tick'::text, true) AS current_setting) = 'on'::text)`
  const tick = { policyname: 'tick', permissive: 'PERMISSIVE', roles: ['public'], qual: isTick }
  /** It counts requests and open jobs, and changes none. */
  const ticks: Readonly<Record<string, object>> = {
    sync_schedules: { tablename: 'sync_schedules', ...tick, cmd: 'ALL', with_check: isTick },
    erasure_requests: { tablename: 'erasure_requests', ...tick, cmd: 'SELECT', with_check: null },
    sync_jobs: {
      tablename: 'sync_jobs',
      ...tick,
      qual: `(${isTick} AND (finished_at IS NULL))`,
      cmd: 'SELECT',
      with_check: null,
    },
  }
  expect(policies).toEqual(
    (await tenantTables(query)).flatMap((tablename) => [
      {
        tablename,
        policyname: 'reader',
        permissive: 'PERMISSIVE',
        roles: ['billing_sync_reader'],
        cmd: 'SELECT',
        qual: 'true',
        with_check: null,
      },
      {
        tablename,
        policyname: 'tenant',
        permissive: 'PERMISSIVE',
        roles: ['public'],
        cmd: 'ALL',
        qual: condition,
        with_check: condition,
      },
      ...[ticks[tablename] ?? []].flat(),
    ]),
  )
})

test('every key begins with the tenant, but for the one that makes a job’s id one tenant’s alone', async () => {
  const { query } = await openTestDatabase()
  const others = await query(`
    select relname as name from pg_index join pg_class on pg_class.oid = indexrelid
    where relnamespace = 'public'::regnamespace and (indisunique or indisprimary)
      and indrelid not in ('states'::regclass, 'event_routes'::regclass)
      and (select attname from pg_attribute where attrelid = indrelid and attnum = indkey[0]) <> 'tenant_id'`)
  expect(others).toEqual([{ name: 'sync_jobs_id' }])
})

/** What the worker may do where it is not all: synced rows it takes out where they turn out to be an erased customer's. */
const privileges: Readonly<Record<string, string>> = {
  erased_ids: 'INSERT SELECT',
  erasure_requests: 'INSERT SELECT',
  event_routes: 'SELECT',
  erased_tenants: 'SELECT',
  states: 'SELECT',
  sync_cursors: 'INSERT SELECT UPDATE',
  sync_event_counts: 'INSERT SELECT UPDATE',
  sync_jobs: 'INSERT SELECT UPDATE',
}

test('the worker’s role owns nothing, bypasses nothing and may do what the worker does and no more', async () => {
  const { query } = await openTestDatabase()
  const roles = await query(
    `
    select rolname, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as may_too_much, rolcanlogin
    from pg_roles where rolname in ('billing_sync_worker', 'billing_sync_reader', $1) order by 1`,
    [workerLogin],
  )
  expect(roles).toEqual([
    { rolname: 'billing_sync_reader', may_too_much: false, rolcanlogin: false },
    { rolname: 'billing_sync_worker', may_too_much: false, rolcanlogin: false },
    { rolname: workerLogin, may_too_much: false, rolcanlogin: true },
  ])
  const member = await query(
    `
    select roleid::regrole::text as of from pg_auth_members where member in ('billing_sync_worker'::regrole, $1::regrole)`,
    [workerLogin],
  )
  expect(member).toEqual([{ of: 'billing_sync_worker' }])
  const owned = await query(
    `
    select classid::regclass::text, objid from pg_shdepend join pg_roles on refobjid = pg_roles.oid
    where deptype = 'o' and rolname in ('billing_sync_worker', 'billing_sync_reader', $1)`,
    [workerLogin],
  )
  expect(owned).toEqual([])
  const granted = await query<{ table: string; may: string }>(`
    select table_name as table, string_agg(privilege_type, ' ' order by privilege_type) as may
    from information_schema.role_table_grants where grantee = 'billing_sync_worker' and table_schema = 'public' group by 1 order by 1`)
  expect(granted).toEqual(
    [...(await tenantTables(query)), 'event_routes', 'states'].toSorted().map((table) => ({
      table,
      may: privileges[table] ?? 'DELETE INSERT SELECT UPDATE',
    })),
  )
  const [schema] = await query(
    `select has_schema_privilege('${workerLogin}', 'public', 'create') as tables, has_schema_privilege('${workerLogin}', 'billing_sync', 'usage') as migrations`,
  )
  expect(schema).toEqual({ tables: false, migrations: false })
})

test('a member of the reader’s role sees all tenants and writes to none', async () => {
  const { url, query } = await openTestDatabase()
  await plantRow(query, 'customers', randomUUID())
  await plantRow(query, 'customers', randomUUID())
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('set role billing_sync_reader')
  expect((await client.query('select * from customers')).rowCount).toBe(2)
  for (const text of [`update customers set name = 'x'`, 'delete from customers', 'truncate customers'])
    await expect(client.query(text), text).rejects.toMatchObject({ code: '42501' })
})
