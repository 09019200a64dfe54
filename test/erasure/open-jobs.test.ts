import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { discountFromOpenJobs } from '../../src/erasure/open-jobs.ts'
import { openTestDatabase } from '../support/database.ts'

const created = Date.UTC(2026, 0, 15) / 1_000
const slice = {
  id: 1,
  resource: 'customers',
  window: { from: 0, to: null },
  query: { from: 0, to: null },
  cursor: 'cus_erased',
  position: created,
  part: null,
  boundary: ['cus_erased', 'cus_kept'],
}
const checkpoint = {
  version: 1,
  mode: 'full',
  note: null,
  until: created + 60,
  slices: [slice],
  tallies: { customers: { until: created + 60, listed: 2, months: { '2026-01': 2 } } },
}

/** Jobs of one account with that checkpoint, of which some customers are erased. */
async function open(statuses: readonly string[]) {
  const { db, query } = await openTestDatabase()
  const key = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
  const insert = async (status: string, stored: unknown, over: object = {}) => {
    const { tenantId, provider, account } = { ...key, ...over }
    const lease = status === 'running' ? ['worker', new Date()] : [null, null]
    const [row] = await query<{ id: string }>(
      `insert into sync_jobs (id, tenant_id, provider, account, status, sync_type, checkpoint, fence, lease_owner, lease_until)
       values (gen_random_uuid(), $1, $2, $3, $4, 'full', $5, 7, $6, $7) returning id`,
      [tenantId, provider, account, status, JSON.stringify(stored), ...lease],
    )
    return row!.id
  }
  const jobs: string[] = []
  for (const status of statuses) jobs.push(await insert(status, checkpoint))
  return {
    insert,
    jobs,
    erase: (ids: readonly string[], except?: string) =>
      discountFromOpenJobs(
        db,
        key as never,
        ids.map((id) => ({ resource: 'customers', id, created })),
        except,
      ),
    row: async (id: string) =>
      (await query(`select status, fence::int, lease_owner, checkpoint from sync_jobs where id = $1`, [id]))[0],
  }
}

test('an erased customer is in no checkpoint of an open job: neither as cursor, nor at a boundary, nor counted', async () => {
  const { erase, jobs, row } = await open(['paused'])
  await erase(['cus_erased'])
  expect(await row(jobs[0]!)).toMatchObject({
    status: 'paused',
    fence: 7,
    checkpoint: {
      slices: [{ cursor: null, boundary: ['cus_kept'] }],
      tallies: { customers: { listed: 1, months: { '2026-01': 1 } } },
    },
  })
  expect(JSON.stringify(await row(jobs[0]!))).not.toContain('cus_erased')
})

test('a running job loses its lease: its worker knows the customer still', async () => {
  const { erase, jobs, row } = await open(['running'])
  await erase(['cus_erased'])
  expect(await row(jobs[0]!)).toMatchObject({ status: 'paused', fence: 8, lease_owner: null })
})

test('a job that the erasure does not concern stays as it is', async () => {
  const { erase, jobs, insert, row } = await open(['paused', 'running'])
  const others = [
    await insert('paused', checkpoint, { tenantId: randomUUID() }),
    await insert('paused', checkpoint, { provider: 'paypal' }),
    await insert('paused', { version: 99 }),
    jobs[1]!,
  ]
  const before = await Promise.all(others.map(row))
  await erase(['cus_erased'], jobs[1])
  await erase(['cus_unknown'])
  expect(await Promise.all(others.slice(0, 3).map(row))).toEqual(before.slice(0, 3))
})
