import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import { upsert } from '../../src/db/upsert.ts'
import { openTestDatabase } from '../support/database.ts'

test('an older observation that waits for a newer one to be committed does not overwrite it', async () => {
  const { url, tenant, query } = await openTestDatabase()
  const tenantId = randomUUID()
  const at = (second: number) => new Date(1_700_000_000_000 + second * 1_000)
  const write = (name: string, second: number) =>
    tenant(tenantId).within((tx) =>
      upsert(tx, {
        table: customers,
        tenantId,
        provider: 'stripe',
        rows: [{ row: { id: 'cus_1', name }, raw: { name }, observedAt: at(second) }],
        force: true,
      }),
    )
  await write('first', 1)
  const rival = new pg.Client({ connectionString: url })
  await rival.connect()
  onTestFinished(() => rival.end())
  await rival.query('begin')
  await rival.query(`update customers set name = 'third', raw = '{}', observed_at = $1`, [at(3)])
  const second = write('second', 2)
  // It saw the first, and waits for the third.
  await expect
    .poll(() => query(`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`))
    .toHaveLength(1)
  await rival.query('commit')
  expect(await second).toEqual({ created: 0, updated: 0 })
  expect(await query('select name, observed_at from customers')).toEqual([{ name: 'third', observed_at: at(3) }])
})
