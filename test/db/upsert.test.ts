import { hash, randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { customers, prices } from '../../src/db/schema.ts'
import { upsert } from '../../src/db/upsert.ts'
import { RawJson } from '../../src/json/raw-json.ts'
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
        account: 'acct_1',
        rows: [{ row: { id: 'cus_1', name }, raw: { name }, observedAt: at(second) }],
        overwrite: { kind: 'from the future' },
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
        account: 'acct_1',
        rows: [{ row: { id: 'price_1', inline, unitAmount }, raw: { unitAmount }, observedAt: at(second) }],
        onlyMissing: inline,
      })
    const result = await write(true, 5, 2)
    const listed = await write(false, listedAt, listedAt)
    const again = await write(true, 7, 9)
    expect([result, listed, again]).toEqual([
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

test('a row whose payload came in the same bytes before is known to be unchanged without reading it', async () => {
  const { db, query } = await openTestDatabase()
  const tenantId = randomUUID()
  const bytes = (name: string) => RawJson.of(Buffer.from(`[{"id":"cus_1","name":"${name}"}]`)).at(0)
  const write = (raw: unknown, second: number, rest: { force?: boolean; deleted?: boolean } = {}) =>
    upsert(db, {
      table: customers,
      tenantId,
      provider: 'stripe',
      account: 'acct_1',
      rows: [{ row: { id: 'cus_1' }, raw, observedAt: new Date(second * 1_000), deleted: rest.deleted ?? false }],
      overwrite: rest.force ? { kind: 'from the future' } : null,
    })
  const stored = async () => {
    const [row] = await query(`select raw, raw_sha256, deleted_at is not null as deleted from customers`)
    return { ...row, raw_sha256: row?.raw_sha256 && (row.raw_sha256 as Buffer).toString('hex') }
  }
  const [unchanged, updated] = [
    { created: 0, updated: 0 },
    { created: 0, updated: 1 },
  ]
  const sha256 = (name: string) => hash('sha256', `{"id":"cus_1","name":"${name}"}`)
  const payload = (name: string) => ({ id: 'cus_1', name })

  expect(await write(bytes('Ann'), 1)).toEqual({ created: 1, updated: 0 })
  expect(await stored()).toEqual({ raw: payload('Ann'), raw_sha256: sha256('Ann'), deleted: false })
  // By their hash and not by what is stored, which nobody looks at.
  await query('alter table customers disable trigger forget_raw_sha256')
  await query(`update customers set raw = '{"id": "cus_1", "name": "Eve"}'`)
  expect(await write(bytes('Ann'), 2)).toEqual(unchanged)
  expect(await write(bytes('Ann'), 2, { force: true })).toEqual(updated)
  expect(await stored()).toEqual({ raw: payload('Ann'), raw_sha256: sha256('Ann'), deleted: false })
  // Unless somebody wrote who does not know of it: by hand, or a worker from before there was one.
  await query('alter table customers enable trigger forget_raw_sha256')
  await query(`update customers set raw = '{"id": "cus_1", "name": "Eve"}'`)
  expect(await stored()).toEqual({ raw: payload('Eve'), raw_sha256: null, deleted: false })
  expect(await write(bytes('Ann'), 2)).toEqual(updated)
  await query(`update customers set phone = '1', raw = raw`)
  expect(await stored()).toEqual({ raw: payload('Ann'), raw_sha256: sha256('Ann'), deleted: false })
  // Other bytes of the same value, and a value that was put together, are compared as they are.
  await query(`update customers set raw_sha256 = null`)
  expect(await write(bytes('Ann'), 3)).toEqual(unchanged)
  expect(await write(payload('Ann'), 3)).toEqual(unchanged)
  expect(await write(payload('Bob'), 4)).toEqual(updated)
  expect(await stored()).toEqual({ raw: payload('Bob'), raw_sha256: null, deleted: false })
  expect(await write(bytes('Bob'), 4)).toEqual(unchanged)
  expect(await write(bytes('Ann'), 5)).toEqual(updated)
  // The same bytes of what was gone meanwhile, or is gone now.
  expect(await write(bytes('Ann'), 6, { deleted: true })).toEqual(updated)
  expect(await stored()).toEqual({ raw: payload('Ann'), raw_sha256: sha256('Ann'), deleted: true })
  expect(await write(bytes('Ann'), 7)).toEqual({ ...updated, wereDeleted: 1 })
  expect(await stored()).toEqual({ raw: payload('Ann'), raw_sha256: sha256('Ann'), deleted: false })
  expect(await write(bytes('Bob'), 6)).toEqual(unchanged)
})
