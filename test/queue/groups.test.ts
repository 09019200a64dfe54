import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { type Invoke, inProcess } from '../../src/local/event-source.ts'
import { jobRequest, type SetupOptions, setup } from '../support/setup.ts'

/*
 * A message that is sent again stays in its MessageGroupId. SQS takes a message without one for a tenant of its own, which
 * is never noisy: a fair queue would serve a whale's continuations before the small tenants.
 */

afterEach(() => vi.restoreAllMocks())

/** Twelve pages, five a second, so that a job takes several invocations of a second. */
const slow: SetupOptions = {
  sandbox: { customers: 60 },
  settings: { Stripe__EndpointRequestsPerSecond: '5', Worker__LeaseSeconds: '2' },
}
const small = { additionalData: { batch_size: 5 } }

async function setupGroups() {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const parts = await setup(slow)
  const deliveries: { readonly id: string; readonly jobId: string; readonly group: string | undefined }[] = []
  const invoke: Invoke = (event, timeoutMs) => {
    for (const { messageId: id, body, attributes } of event.Records)
      deliveries.push({ id, jobId: JSON.parse(body).jobId, group: attributes.MessageGroupId })
    return inProcess(parts.worker.handle)(event, timeoutMs)
  }
  return {
    ...parts,
    /** Every message of a job that was delivered, and its group. */
    messagesOf: (jobId: string) => [
      ...new Map(
        deliveries.filter((delivery) => delivery.jobId === jobId).map(({ id, group }) => [id, group]),
      ).values(),
    ],
    drainAll: () => parts.drain({ invoke, timeoutMs: 1_000, concurrency: 2 }),
  }
}

test('the continuations of a paused job stay in the group of the message they continue', async () => {
  const { queue, drainAll, job, messagesOf } = await setupGroups()
  const request = jobRequest(small)
  await queue.send(JSON.stringify(request), { group: 'owner-7' })
  await drainAll()
  const row = await job(request.jobId)
  expect(row).toMatchObject({ status: 'completed', hop: expect.toSatisfy((hop) => hop >= 2) })
  const messages = messagesOf(request.jobId)
  // One a hop, or more where a slow machine let the lease run out.
  expect(messages.length).toBeGreaterThan(Number(row?.hop))
  expect(new Set(messages)).toEqual(new Set(['owner-7']))
})

test('a message whose account is taken waits in its group', async () => {
  const { queue, drainAll, job, messagesOf } = await setupGroups()
  const running = jobRequest(small)
  const waiting = jobRequest({ ...small, tenantId: running.tenantId })
  for (const request of [running, waiting]) await queue.send(JSON.stringify(request), { group: running.tenantId })
  await drainAll()
  const rows = [await job(running.jobId), await job(waiting.jobId)]
  for (const row of rows) expect(row).toMatchObject({ status: 'completed' })
  const messages = [...messagesOf(running.jobId), ...messagesOf(waiting.jobId)]
  // More than were worked on: the others found the account taken.
  expect(messages.length).toBeGreaterThan(rows.reduce((sum, row) => sum + Number(row?.deliveries), 0))
  expect(new Set(messages)).toEqual(new Set([running.tenantId]))
})

test('a job that is tried again and again stays in the group of its message', async () => {
  const { queue, drainAll, job, messagesOf, sandbox } = await setupGroups()
  sandbox.fail({
    kind: 'error',
    status: 400,
    error: { code: 'resource_missing', param: 'starting_after' },
    path: /\/customers/,
    times: 3,
  })
  const request = jobRequest(small)
  await queue.send(JSON.stringify(request), { group: 'owner-7' })
  await drainAll()
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', attempt: 3 })
  const groups = messagesOf(request.jobId)
  // The first try again is the message itself.
  expect(groups.length).toBeGreaterThan(2)
  expect(new Set(groups)).toEqual(new Set(['owner-7']))
})

test('a message that came without a group is sent again without one', async () => {
  const { queue, drainAll, job, messagesOf } = await setupGroups()
  const request = jobRequest(small)
  await queue.send(JSON.stringify(request))
  await drainAll()
  expect(await job(request.jobId)).toMatchObject({ status: 'completed' })
  expect(new Set(messagesOf(request.jobId))).toEqual(new Set([undefined]))
})
