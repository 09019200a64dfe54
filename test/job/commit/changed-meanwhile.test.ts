import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { countChangedMeanwhile } from '../../../src/job/commit/changed-meanwhile.ts'
import { noCounts } from '../../../src/job/state/progress.ts'
import { openTestDatabase } from '../../support/database.ts'

/** Events that came for these accounts, by the hours since the job began; nine rows that are there, and four deleted ones. */
async function count({ events = [{}] as readonly Came[], counts = {} }) {
  const { db, query } = await openTestDatabase()
  const [tenantId, jobId] = [randomUUID(), randomUUID()]
  const job = (tenant: string, provider: string, id: string, ago: string) =>
    query(
      `insert into sync_jobs (id, tenant_id, provider, account, sync_type, started_at) values ($1, $2, $3, 'acct_1', 'full', now() - $4::interval)`,
      [id, tenant, provider, ago],
    )
  await job(tenantId, 'stripe', jobId, '1 minute')
  await job(tenantId, 'stripe', randomUUID(), '9 days')
  await job(tenantId, 'square', randomUUID(), '9 days')
  await job(randomUUID(), 'stripe', randomUUID(), '9 days')
  for (const { tenant = tenantId, provider = 'stripe', account = 'acct_1', hours = 0 } of events)
    await query(
      `insert into sync_event_counts (tenant_id, provider, account, hour, shard)
       values ($1, $2, $3, date_trunc('hour', now() - interval '1 minute', 'UTC') + make_interval(hours => $4), 0)`,
      [tenant, provider, account, hours],
    )
  const changed = () => ({ live: sql`from generate_series(1, 9)`, deleted: sql`from generate_series(1, 4)` })
  const lists = [{ name: 'customers', changed }]
  const key = { tenantId, provider: 'stripe', account: 'acct_1', jobId }
  return Object.fromEntries(
    await countChangedMeanwhile(db, { ...key, lists, counts: { customers: { ...noCounts, ...counts } } }),
  )
}
interface Came {
  readonly tenant?: string
  readonly provider?: string
  readonly account?: string
  readonly hours?: number
}

test('live events have written what the job itself has not', async () => {
  expect(await count({})).toEqual({ customers: 13 })
  expect(await count({ counts: { created: 5, updated: 2, deleted: 1 } })).toEqual({ customers: 5 })
  expect(await count({ counts: { created: 20, deleted: 1 } })).toEqual({ customers: 3 })
  expect(await count({ counts: { created: 5, deleted: 9 } })).toEqual({ customers: 4 })
})

test('nothing is counted where no events came for this account since the hour in which the job began', async () => {
  expect(await count({ events: [] })).toEqual({})
  const others = [{ tenant: randomUUID() }, { provider: 'square' }, { account: 'acct_2' }, { hours: -1 }]
  expect(await count({ events: others })).toEqual({})
  for (const other of others) expect(await count({ events: [other] })).toEqual({})
  expect(await count({ events: [{ hours: 1 }] })).toEqual({ customers: 13 })
})
