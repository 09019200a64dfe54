import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Failure } from '../../src/sandbox/stripe/index.ts'
import { createGate } from '../support/gate.ts'
import { jobRequest, setup } from '../support/setup.ts'

/* What becomes of a job that fails while it asks by id for rows that a list does not show. */

/** An account that was read once, and has lost customers since. */
async function openLost() {
  const { sandbox, deliver, job, query } = await setup({
    sandbox: { customers: 40 },
    exempt: { calls: ['provider'], because: 'The failures of the provider are those of the test.' },
  })
  const tenantId = randomUUID()
  const sync = async (resources: readonly string[]) => {
    const request = jobRequest({ tenantId, additionalData: { resources } })
    await deliver(request)
    return await job(request.jobId)
  }
  await sync(['customers', 'products'])
  for (const { id } of sandbox.expected('customers').slice(0, 20)) sandbox.remove('customers', id, { silent: true })
  const live = async () => (await query('select 1 from customers where deleted_at is null')).length
  const asking = (failure: Failure) => sandbox.fail({ ...failure, path: /^\/v1\/customers\/cus_/ })
  return { sandbox, sync, live, asking }
}

test('a key that is revoked while rows are asked for fails the job, and deletes none of them', async () => {
  const { sync, live, asking } = await openLost()
  asking({ kind: 'error', status: 401 })
  expect(await sync(['customers'])).toMatchObject({ status: 'failed', error: { retryable: false }, deleted: '0' })
  expect(await live()).toBe(40)
})

test('another list that fails meanwhile ends the questions, and the job has its failure', async () => {
  const { sandbox, sync, live, asking } = await openLost()
  const gate = createGate()
  // The other list answers once a row is asked for.
  sandbox.onRequest(async ({ path }) => {
    if (/^\/v1\/customers\/cus_/.test(path)) gate.open()
    else if (path.startsWith('/v1/products')) await gate.passed
  })
  asking({ kind: 'hang' })
  sandbox.fail({ kind: 'error', status: 401, path: '/v1/products' })
  const job = await sync(['customers', 'products'])
  expect(job).toMatchObject({ status: 'failed', error: { retryable: false }, deleted: '0' })
  expect(await live()).toBe(40)
})
