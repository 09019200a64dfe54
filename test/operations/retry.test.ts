import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { StoredJob } from '../../src/operations/jobs.ts'
import { planRetry, retryId } from '../../src/operations/retry.ts'

const common = {
  id: randomUUID(),
  tenantId: randomUUID(),
  provider: 'stripe',
  options: { syncType: 'full', forceRefresh: false },
  sentWith: { token: 'none' },
  error: null,
  isHeld: false,
  finishedAt: null,
}
const job = (columns: Partial<StoredJob>) => ({ ...common, ...columns }) as unknown as StoredJob
const failed = (code: string, retryable = false) =>
  ({ status: 'failed', finishedAt: new Date(), error: { code, message: 'm', retryable } }) as const

test.each<[string, Partial<StoredJob>, string]>([
  ['failed for a cause that may pass', failed('provider_unavailable', true), 'goes on'],
  ['out of its time', failed('timeout'), 'goes on'],
  ['stalled', failed('stalled'), 'goes on'],
  ['failed for good', failed('key_not_accepted'), 'new job'],
  ['cancelled', { status: 'cancelled', finishedAt: new Date() }, 'new job'],
  ['out of its time, and forced', { ...failed('timeout'), options: { forceRefresh: true } }, 'starts over'],
  ['paused, with its message lost', { status: 'paused' }, 'goes on'],
  ['left by its worker', { status: 'running' }, 'goes on'],
])('a job that is %s is sent again as the worker takes it up', (_, columns, how) => {
  const plan = planRetry(job(columns))
  expect(plan).toMatchObject({
    kind: 'send',
    how,
    message: { jobId: how === 'new job' ? retryId(common.id) : common.id, tenantId: common.tenantId },
  })
})

test.each<[string, Partial<StoredJob>, string]>([
  ['held by a worker', { status: 'running', isHeld: true }, 'A worker holds it'],
  ['completed', { status: 'completed', finishedAt: new Date() }, 'It is completed'],
  ['of an older version', { ...failed('timeout'), sentWith: null }, 'Its row does not say'],
  [
    'paused, and was sent with a plain key',
    { status: 'paused', sentWith: { token: 'key' } },
    'Its message waits in the queue.',
  ],
  ['sent with a plain key', { ...failed('timeout'), sentWith: { token: 'key' } }, 'Send it again.'],
])('a job that is %s is not sent', (_, columns, reason) => {
  expect(planRetry(job(columns))).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) })
})

test('the id of a job that repeats another is a UUID, and always the same', () => {
  const id = retryId(common.id)
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(retryId(common.id)).toBe(id)
  expect(retryId(id)).not.toBe(id)
})
