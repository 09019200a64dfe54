import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { customers } from '../../../src/db/schema.ts'
import { upsert } from '../../../src/db/upsert.ts'
import { detectDeletions } from '../../../src/job/commit/deletions.ts'
import { openTestDatabase } from '../../support/database.ts'

const observedAt = new Date(1_700_000_000_000)
const never = new AbortController().signal

test('a row that another page of the batch lists is not asked for, though its time lies within this page', async () => {
  const { tenant } = await openTestDatabase()
  const key = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
  const db = tenant(key.tenantId)
  const rows = ['cus_listed', 'cus_gone'].map((id) => ({
    row: { id, createdAt: new Date(150_000) },
    raw: { id },
    observedAt: new Date(0),
  }))
  await db.within((tx) => upsert(tx, { ...key, table: customers, rows, overwrite: null } as never))
  const asked: string[] = []
  const source = {
    kind: 'list',
    name: 'customers',
    table: customers,
    createdFilter: { field: 'created' },
    retrieve: async (id: string) => {
      asked.push(id)
      return { item: null, observedAt }
    },
  }
  const page = (ids: readonly string[], from: number, to: number) => ({
    source,
    observedAt,
    rows: ids.map((id) => ({ resource: 'customers', row: { id } })),
    proven: { from, to, ids },
  })
  // As where a list moves an object: it is on the older page, and its row says the time of the newer one.
  const batch = { pages: [page([], 100, 200), page(['cus_listed'], 0, 99)], remaining: {} }
  const detection = { db, clock: systemClock, accountKey: key, budget: { left: 100 }, progress: {}, overwrite: null }
  const { resources } = await detectDeletions(batch as never, detection as never, never)
  expect(asked).toEqual(['cus_gone'])
  expect(resources).toMatchObject([{ unlisted: [{ id: 'cus_gone' }], kept: 0, unchecked: 0 }])
})
