import { randomUUID } from 'node:crypto'
import { text } from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'
import { syncedTable } from '../../src/db/schema/synced.ts'
import { customers, payments } from '../../src/db/schema.ts'
import { upsert } from '../../src/db/upsert.ts'
import { RawJson } from '../../src/json/raw-json.ts'
import { mappingOf } from '../providers/stripe-objects.ts'
import { openTestDatabase } from '../support/database.ts'

test('a column that a later version adds is filled in a full table, although no object has changed', async () => {
  const { db, query } = await openTestDatabase()
  const key = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
  const bytes = RawJson.of(Buffer.from('[{"id":"cus_1","nickname":"Ada"},{"id":"cus_2","nickname":null}]'))
  const rows = (names: readonly (string | null)[]) =>
    names.map((nickname, at) => ({
      row: { id: `cus_${at + 1}`, nickname },
      raw: bytes.at(at),
      observedAt: new Date(1_700_000_000_000),
    }))
  const write = (table: typeof customers) => upsert(db, { table, ...key, rows: rows(['Ada', null]) })
  expect(await write(customers)).toEqual({ created: 2, updated: 0 })
  expect(await write(customers)).toEqual({ created: 0, updated: 0 })

  await query('alter table customers add column nickname text')
  const later = syncedTable('customers', { nickname: text('nickname') }, { mappingVersion: 2 })
  expect(await write(later as never)).toEqual({ created: 0, updated: 2 })
  expect(await query('select id, nickname, mapping_version from customers order by id')).toEqual([
    { id: 'cus_1', nickname: 'Ada', mapping_version: 2 },
    { id: 'cus_2', nickname: null, mapping_version: 2 },
  ])
  expect(await write(later as never)).toEqual({ created: 0, updated: 0 })
})

test('the columns of several providers are filled in payments of Stripe that 0.1.0 stored', async () => {
  const { db, query } = await openTestDatabase()
  const key = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
  const charge = { id: 'ch_1', presentment_details: { presentment_amount: 1_500, presentment_currency: 'jpy' } }
  const bytes = RawJson.of(Buffer.from(JSON.stringify([charge])))
  const { map, row } = mappingOf('payments')
  const stored = { row: row(charge) as { id: string }, raw: bytes.at(0), paths: map.paths ?? {} }
  const write = () => upsert(db, { table: payments, ...key, rows: [{ ...stored, observedAt: new Date(0) }] })
  await write()
  await query('update payments set mapping_version = 1, presentment_amount = null, presentment_currency = null')
  expect(await write()).toEqual({ created: 0, updated: 1 })
  expect(
    await query('select presentment_amount, presentment_currency, order_id, updated_at, mapping_version from payments'),
  ).toEqual([
    { presentment_amount: '1500', presentment_currency: 'jpy', order_id: null, updated_at: null, mapping_version: 2 },
  ])
  expect(await write()).toEqual({ created: 0, updated: 0 })
})
