import { expect, test } from 'vitest'
import { pruneJobs, tenantsWithOldJobs } from '../../src/operations/prune.ts'
import { openTestDatabase } from '../support/database.ts'
import { countScans } from './count-scans.ts'

test('old jobs and their tenants are found by an index in a table of 20,000 jobs', async () => {
  const { query, reader, tenant } = await openTestDatabase()
  await query(`insert into sync_jobs (id, tenant_id, provider, sync_type, status, created_at, finished_at, result, error)
    select gen_random_uuid(), md5((n % 50)::text)::uuid, 'stripe', 'full', 'failed', now() - n * interval '1 minute',
      now() - n * interval '1 minute', '{}', '{}'
    from generate_series(1, 20000) as n`)
  await query('vacuum analyze sync_jobs')
  const counted = countScans(reader)
  const olderThan = 13 * 86_400
  const tenants = await tenantsWithOldJobs(counted, olderThan)
  expect(tenants).toHaveLength(50)
  const [tenantId = ''] = tenants
  const old = await pruneJobs({ ...tenant(tenantId), ...counted }, { tenantId, olderThan, dryRun: true })
  expect(old).toBeGreaterThan(10)
  expect(counted.scans()).toBe(0)
})
