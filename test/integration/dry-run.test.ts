import { expect, it } from 'vitest'
import { syncJobResult } from '../../src/job/state/result-schema.ts'
import { jobRequest, setup } from '../support/setup.ts'

const resources = ['customers', 'coupons']

it('a dry run ends as completed with an estimate, and writes nothing else', async () => {
  const { deliver, job, query, sandbox } = await setup({ sandbox: { customers: 700, density: 'uniform' } })
  const request = jobRequest({ additionalData: { resources, dry_run: true } })
  await deliver(request)
  const row = await job(request.jobId)
  expect(row).toMatchObject({ status: 'completed', error: null, checkpoint: null })
  const { estimate, resources: read, requests } = syncJobResult.parse(row?.result)
  expect(read).toEqual({})
  expect(estimate?.resources.coupons).toMatchObject({ basis: 'whole list' })
  expect(estimate?.resources.coupons?.items.likely).toBe(sandbox.expected('coupons').length)
  expect(estimate?.resources.customers?.items).toMatchObject({ most: null })
  expect(estimate?.asked).toBe(requests)
  expect(requests).toBeLessThanOrEqual(5 * resources.length + 1)
  for (const table of ['customers', 'coupons', 'sync_accounts', 'sync_cursors', 'sync_rejects'])
    expect(await query(`select * from ${table}`), table).toEqual([])
})

it('a dry run is no success of its account, and leaves its cursors', async () => {
  const { deliver, job, query } = await setup({ sandbox: { customers: 20 } })
  const { tenantId } = jobRequest()
  const full = jobRequest({ tenantId, additionalData: { resources } })
  await deliver(full)
  const before = await query('select * from sync_cursors order by resource')
  const dry = jobRequest({ tenantId, additionalData: { resources, dry_run: true } })
  await deliver(dry)
  expect(await job(dry.jobId)).toMatchObject({ status: 'completed' })
  expect(await query('select * from sync_cursors order by resource')).toEqual(before)
  // The account's last success is the full job's.
  const successes = `select id from sync_jobs where status = 'completed' and coalesce(options->>'dryRun', 'false') <> 'true'`
  expect(await query(successes)).toEqual([{ id: full.jobId }])
})

it('a dry run whose key is refused fails in words', async () => {
  const { deliver, job } = await setup({ sandbox: { revokedKeys: ['sk_live_sandbox'] } })
  const request = jobRequest({ additionalData: { resources, dry_run: true } })
  await deliver(request)
  expect(await job(request.jobId)).toMatchObject({ status: 'failed', error: { code: 'key_not_accepted' } })
})
