import { describe, expect, test } from 'vitest'
import { migrate, pendingMigrations } from '../../src/db/migrate.ts'
import { readMigrations } from '../../src/db/migration-files.ts'
import { all, emptyDatabase, settingsOf, tables } from './migrate-setup.ts'
import { ownMigrations } from './migration-folder.ts'
import { keepSessions } from './session-keeper.ts'

/** Each has a session of its own. */
const outside = readMigrations('drizzle').filter(({ outsideTransaction }) => outsideTransaction)

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
      // Autovacuum has a session of its own while it works here.
      await query(
        `select state from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database() and backend_type = 'client backend'`,
      ),
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
