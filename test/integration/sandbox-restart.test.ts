import { expect, test } from 'vitest'
import { openCheckedStripe } from '../specs/checked-sandbox.ts'
import { jobRequest, setup } from '../support/setup.ts'

/** As `npm start` opens the sandbox: the clock runs, and the generated history ends at a constant time. */
const options = { customers: 60, limits: 'none', populatedUntil: Date.UTC(2026, 0, 1) / 1_000 } as const

test('an incremental job right after a full one takes a handful of requests, though the sandbox started again', async () => {
  const parts = await setup({ sandbox: options })
  const { tenantId } = jobRequest()
  const full = jobRequest({ tenantId, additionalData: { sync_type: 'full' } })
  expect(await parts.deliver(full)).toEqual({ batchItemFailures: [] })
  expect(await parts.job(full.jobId)).toMatchObject({ status: 'completed' })

  await parts.sandbox.close()
  const restarted = await openCheckedStripe({ ...options, port: parts.sandbox.port })
  try {
    const incremental = jobRequest({ tenantId, additionalData: { sync_type: 'incremental' } })
    expect(await parts.deliver(incremental)).toEqual({ batchItemFailures: [] })
    const row = await parts.job(incremental.jobId)
    expect(row).toMatchObject({ status: 'completed', fetched: '0', error: null, result: { syncType: 'incremental' } })
    expect(restarted.requests.length).toBeLessThanOrEqual(4)
  } finally {
    await restarted.close()
  }
})
