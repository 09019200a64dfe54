import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { customers, prices } from '../../src/db/schema.ts'
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

test.each([
  ['older', 1],
  ['as old', 2],
  ['newer', 3],
])(
  'a price found on an item is no longer inline once the list has it, in a picture that is %s',
  async (_, listedAt) => {
    const { db, query } = await openTestDatabase()
    const at = (second: number) => new Date(1_700_000_000_000 + second * 1_000)
    const write = (inline: boolean, unitAmount: number, second: number) =>
      upsert(db, {
        table: prices,
        tenantId: '5b5d8b1e-7a31-4d0e-9a0c-0d6f3f1f2a11',
        provider: 'stripe',
        rows: [{ row: { id: 'price_1', inline, unitAmount }, raw: { unitAmount }, observedAt: at(second) }],
        force: false,
        onlyMissing: inline,
      })
    const found = await write(true, 5, 2)
    const listed = await write(false, listedAt, listedAt)
    const again = await write(true, 7, 9)
    expect([found, listed, again]).toEqual([
      { created: 1, updated: 0 },
      { created: 0, updated: 1 },
      { created: 0, updated: 0 },
    ])
    const newest = listedAt < 2 ? { unitAmount: 5, second: 2 } : { unitAmount: listedAt, second: listedAt }
    expect(await query('select inline, unit_amount::int, observed_at, raw from prices')).toEqual([
      {
        inline: false,
        unit_amount: newest.unitAmount,
        observed_at: at(newest.second),
        raw: { unitAmount: newest.unitAmount },
      },
    ])
    expect(await write(false, newest.unitAmount, 10)).toEqual({ created: 0, updated: 0 })
  },
)
