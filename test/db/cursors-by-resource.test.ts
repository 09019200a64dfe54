import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabase } from '../../src/local/postgres.ts'
import { ownMigrations } from './migration-folder.ts'

test('a cursor of an account becomes a cursor of each resource that it stood for', async () => {
  const url = await createDatabase(inject('postgres'), `migrated_${randomUUID().slice(0, 8)}`)
  const settings = parseConnectionString(`${url}?sslmode=disable`)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  await migrate(settings, ownMigrations({ last: '0014_comments' }))
  await client.query(`insert into sync_cursors (tenant_id, provider, account, cursor, resources, job_id)
    values (gen_random_uuid(), 'stripe', 'acct_1', '2026-10-01', '{customers,prices}', gen_random_uuid()),
      (gen_random_uuid(), 'stripe', 'acct_2', '2026-10-02', '{}', gen_random_uuid())`)
  await migrate(settings)
  const { rows } = await client.query(`select account, resource, cursor::date::text as day, refused_at
    from sync_cursors order by account, resource`)
  expect(rows).toEqual([
    { account: 'acct_1', resource: 'customers', day: '2026-10-01', refused_at: null },
    { account: 'acct_1', resource: 'prices', day: '2026-10-01', refused_at: null },
  ])
})
