import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import type { Overwrite } from '../../src/db/overwrite.ts'
import { customers, prices, providerObjects } from '../../src/db/schema.ts'
import { commonPaths, upsert } from '../../src/db/upsert.ts'
import { upsertLive } from '../../src/db/upsert-live.ts'
import { RawJson } from '../../src/json/raw-json.ts'
import { openTestDatabase } from '../support/database.ts'

/* Rows that were embedded in another object, and what a statement says of several rows. */

const at = (second: number) => new Date(1_700_000_000_000 + second * 1_000)
const longAgo = new Date(0)
const inAnHour = () => new Date(Date.now() + 3_600_000)

interface Price {
  readonly inline: boolean
  readonly amount: number
  readonly second: number
}

async function setup() {
  const { url, db, query } = await openTestDatabase()
  const into = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
  const rows = ({ inline, amount, second }: Price) => [
    { row: { id: 'price_1', inline, unitAmount: amount }, raw: { amount }, observedAt: at(second) },
  ]
  return {
    db,
    into,
    query,
    live: (price: Price) => upsertLive(db, { table: prices, ...into, rows: rows(price) }),
    job: (price: Price, overwrite: Overwrite | null = null) =>
      upsert(db, { table: prices, ...into, rows: rows(price), overwrite, onlyMissing: price.inline }),
    stored: () => query('select inline, unit_amount::int as amount, observed_at from prices'),
    /** Another transaction changes the price, and ends while the write waits for it. */
    async raced(values: string, write: () => Promise<unknown>) {
      const rival = new pg.Client({ connectionString: url })
      await rival.connect()
      onTestFinished(() => rival.end())
      await rival.query('begin')
      await rival.query(`update prices set raw = '{}', raw_sha256 = null, ${values}`)
      const writing = write()
      await expect
        .poll(() =>
          query(`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`),
        )
        .toHaveLength(1)
      await rival.query('commit')
      return await writing
    },
  }
}

const unchanged = { created: 0, updated: 0 }
const updated = { created: 0, updated: 1 }

test('a forced job writes an embedded price again that was stored before it, and none that it wrote or that was listed', async () => {
  const { job, stored } = await setup()
  const before = { kind: 'stored before', since: inAnHour() } as const
  const meanwhile = { kind: 'stored before', since: longAgo } as const
  await job({ inline: true, amount: 1, second: 9 })
  expect(await job({ inline: true, amount: 2, second: 5 }, meanwhile)).toEqual(unchanged)
  expect(await job({ inline: true, amount: 3, second: 5 }, before)).toEqual(updated)
  expect(await stored()).toEqual([{ inline: true, amount: 3, observed_at: at(5) }])
  expect(await job({ inline: false, amount: 4, second: 6 })).toEqual(updated)
  expect(await job({ inline: true, amount: 5, second: 7 }, before)).toEqual(unchanged)
  expect(await stored()).toEqual([{ inline: false, amount: 4, observed_at: at(6) }])
})

test('a forced job leaves an embedded row of a table without a list as it is', async () => {
  const { db, into, query } = await setup()
  const write = (name: string, second: number) =>
    upsert(db, {
      table: customers,
      ...into,
      rows: [{ row: { id: 'cus_1', name }, raw: { name }, observedAt: at(second) }],
      overwrite: { kind: 'stored before', since: inAnHour() },
      onlyMissing: true,
    })
  expect([await write('one', 1), await write('two', 2)]).toEqual([{ created: 1, updated: 0 }, unchanged])
  expect(await query('select name from customers')).toEqual([{ name: 'one' }])
})

test('an event writes a price, and a listed price replaces an embedded one also if it is older', async () => {
  const { live, stored } = await setup()
  expect(await live({ inline: true, amount: 1, second: 5 })).toEqual({ created: 1, updated: 0 })
  expect(await live({ inline: true, amount: 2, second: 6 })).toEqual(updated)
  expect(await live({ inline: false, amount: 3, second: 4 })).toEqual(updated)
  expect(await stored()).toEqual([{ inline: false, amount: 2, observed_at: at(6) }])
  expect(await live({ inline: false, amount: 4, second: 7 })).toEqual(updated)
  expect(await stored()).toEqual([{ inline: false, amount: 4, observed_at: at(7) }])
})

test.each([true, false])(
  'a price that waits for a newer one to be committed does not replace it, where both are listed: an event %s',
  async (byEvent) => {
    const { live, job, raced, stored } = await setup()
    await job({ inline: false, amount: 1, second: 1 })
    const write = byEvent ? live : job
    const result = await raced(`unit_amount = 9, observed_at = '${at(9).toISOString()}'`, () =>
      write({ inline: false, amount: 2, second: 2 }),
    )
    expect(result).toEqual(byEvent ? { ...unchanged, raced: ['price_1'] } : unchanged)
    expect(await stored()).toEqual([{ inline: false, amount: 9, observed_at: at(9) }])
  },
)

test('rows of one table that share a part of their keys are compared by the whole key', async () => {
  const { db, into, query } = await setup()
  const write = (value: number) =>
    upsert(db, {
      table: providerObjects,
      ...into,
      rows: ['cards', 'readers'].map((resource) => ({
        row: { id: 'obj_1', resource },
        raw: { resource, value },
        observedAt: at(value),
      })),
    })
  expect([await write(1), await write(1), await write(2)]).toEqual([
    { created: 2, updated: 0 },
    unchanged,
    { created: 0, updated: 2 },
  ])
  expect(await query(`select resource, raw -> 'value' as value from provider_objects order by resource`)).toEqual([
    { resource: 'cards', value: 2 },
    { resource: 'readers', value: 2 },
  ])
})

test('columns are read from the payload where all rows have the same paths and came as bytes', () => {
  const paths = { name: { path: ['name'] } } as never
  const raw = RawJson.of(Buffer.from('[{"name":"Ann"}]')).at(0)
  const row = { row: { id: 'cus_1' }, raw, observedAt: at(1), paths }
  expect(commonPaths([row, row])).toBe(paths)
  for (const other of [
    { ...row, paths: { ...(paths as object) } as never },
    { ...row, raw: { name: 'Ann' } },
  ])
    expect(commonPaths([row, other])).toEqual({})
})
