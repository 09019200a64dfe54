import { expect, test } from 'vitest'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { expectCopy } from '../support/expected.ts'
import { hasLittleTime } from '../support/faults.ts'
import { jobRequest, setup } from '../support/setup.ts'

const everything = { resources: undefined }

test('a full sync copies every resource, nested lists whole, and proves it', async () => {
  const { deliver, query, job, sandbox } = await setup({ sandbox: { customers: 150 } })
  const request = jobRequest({ additionalData: everything })
  expect(await deliver(request)).toEqual({ batchItemFailures: [] })
  const row = await job(request.jobId)
  expect(row).toMatchObject({ status: 'completed', error: null, rejected: '0' })
  const { resources } = row!.result as SyncJobResult
  await expectCopy(query, sandbox, request.tenantId)
  for (const [name, { proof }] of Object.entries(resources))
    if (proof) expect({ name, equal: proof.equal, differs: proof.differs }).toEqual({ name, equal: true, differs: [] })
  expect(sandbox.stats().cursorMisuse).toBe(0)

  const again = jobRequest({ tenantId: request.tenantId, additionalData: everything })
  await deliver(again)
  expect(await job(again.jobId)).toMatchObject({ status: 'completed', created: '0', updated: '0', deleted: '0' })
})

test('a job that runs out of time while it asks about unlisted rows pauses, and the next delivery marks them', async () => {
  const { handle, query, job, sandbox } = await setup({ sandbox: { customers: 60 }, exempt: hasLittleTime })
  const { tenantId } = jobRequest()
  await handle([JSON.stringify(jobRequest({ tenantId }))])
  const gone = sandbox.expected('customers').slice(10, 40)
  for (const { id } of gone) sandbox.remove('customers', id)
  // The question about the first of them is not answered before the invocation must stop.
  const silent = sandbox.fail({ kind: 'hang', path: /^\/v1\/customers\/cus_/ })
  const again = jobRequest({ tenantId })
  await handle([JSON.stringify(again)], 1_500)
  silent()
  expect(await job(again.jobId)).toMatchObject({ status: 'paused', attempt: 0 })
  await handle([JSON.stringify(again)])
  expect(await job(again.jobId)).toMatchObject({ status: 'completed', attempt: 0, deleted: '30' })
  expect(await query('select count(*)::int as count from customers where deleted_at is null')).toEqual([{ count: 30 }])
})
