import { randomUUID } from 'node:crypto'
import { text } from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'
import { syncedTable } from '../../src/db/schema/synced.ts'
import { customers } from '../../src/db/schema.ts'
import { upsert } from '../../src/db/upsert.ts'
import { RawJson } from '../../src/json/raw-json.ts'
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
