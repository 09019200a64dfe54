import { randomUUID } from 'node:crypto'
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { expect, onTestFinished, test } from 'vitest'
import { jobOutcome } from '../../../src/cli/jobs/job-outcome.ts'
import { openQueue } from '../../../src/local/queue.ts'
import { retryId } from '../../../src/operations/retry.ts'
import { jobRequest, setup } from '../../support/setup.ts'
import { run } from '../program.ts'
import { openOperator } from './operator-env.ts'

/** An operator with a queue. */
async function open() {
  const operator = await openOperator()
  const queue = await openQueue()
  onTestFinished(() => queue.close())
  const settings = {
    Queue__Url: queue.url,
    Queue__Endpoint: queue.endpoint,
    Queue__Region: queue.region,
  }
  return {
    ...operator,
    retry: async (...args: string[]) => {
      const { code, stdout, stderr } = await operator.as('reader', ['jobs', 'retry', '--json', ...args], settings)
      const lines = stdout.split('\n').filter((line) => line !== '')
      return { code, stderr, outcomes: lines.map((line) => jobOutcome.strict().parse(JSON.parse(line))) }
    },
    /** Takes all messages out. */
    async sent() {
      const received = await queue.client.send(
        new ReceiveMessageCommand({
          QueueUrl: queue.url,
          MaxNumberOfMessages: 10,
          AttributeNames: ['All'],
        }),
      )
      return (received.Messages ?? []).map(({ Body = '', Attributes }) => ({
        body: JSON.parse(Body) as Record<string, unknown>,
        group: Attributes?.MessageGroupId,
      }))
    },
  }
}

const mayPass = { code: 'timeout', message: 'job: its time is over.', retryable: false }

test('a job that failed for a cause that may pass is sent again under its id, with the reference that its row keeps', async () => {
  const { job, retry, sent } = await open()
  const { id, tenant_id: tenantId } = await job({
    status: 'failed',
    error: mayPass,
    sent_with: { token: 'secret', reference: 'ssm:/billing-sync/a#key', account: 'acct_1' },
  })
  expect(await retry(id)).toEqual({
    code: 0,
    stderr: '',
    outcomes: [{ jobId: id, done: true, reason: 'Sent. It goes on.' }],
  })
  expect(await sent()).toEqual([
    {
      group: tenantId,
      body: {
        jobId: id,
        tenantId,
        providerName: 'stripe',
        account: 'acct_1',
        accessToken: 'ssm:/billing-sync/a#key',
        additionalData: { syncType: 'full', forceRefresh: false, resources: ['customers'] },
      },
    },
  ])
})

test('a job that failed for good is repeated by a new job, and a second retry sends no other', async () => {
  const { job, retry, sent } = await open()
  const { id } = await job({ status: 'failed', sent_with: { token: 'account', reference: 'acct_1' } })
  await retry(id)
  const first = await sent()
  expect(first).toMatchObject([{ body: { jobId: retryId(id), accessToken: 'acct_1' } }])
  await retry(id)
  expect((await sent()).map(({ body }) => body)).toEqual(first.map(({ body }) => body))
  await job({ id: retryId(id), status: 'running' })
  expect(await retry(id)).toMatchObject({
    code: 0,
    outcomes: [{ reason: `Job ${retryId(id)} repeats it already, and is running.` }],
  })
  expect(await sent()).toEqual([])
})

test('a job that is not sent has its reason, and the command ends with 1', async () => {
  const { job, retry, sent } = await open()
  const key = await job({ status: 'failed', sent_with: { token: 'key' } })
  const [good, unknown] = [await job({ status: 'failed', error: mayPass }), randomUUID()]
  const { code, outcomes } = await retry(key.id, good.id, unknown)
  expect(code).toBe(1)
  expect(Object.fromEntries(outcomes.map(({ jobId, done, reason }) => [jobId, [done, reason.slice(0, 30)]]))).toEqual({
    [key.id]: [false, 'It was sent with a plain key, '],
    [good.id]: [true, 'Sent. It goes on.'],
    [unknown]: [false, 'No worker has seen job '.padEnd(23) + unknown.slice(0, 7)],
  })
  expect((await sent()).map(({ body }) => body.jobId)).toEqual([good.id])
})

test('--failed-since finds the jobs that failed since then, of one code where it is named', async () => {
  const { job, retry, sent } = await open()
  await job({ status: 'failed' })
  const timeout = await job({ status: 'failed', error: mayPass })
  await job({ status: 'failed', error: mayPass, finished_at: new Date(Date.now() - 3 * 3_600_000) })
  const output = await retry('--failed-since', '2h', '--dry-run', '--code', 'timeout,stalled')
  expect(output).toMatchObject({
    code: 0,
    outcomes: [{ jobId: timeout.id, done: true, reason: 'It would be sent. It goes on.' }],
  })
  expect(await sent()).toEqual([])
})

test('a job that the worker ran is sent again with a body that the worker takes for the same', async () => {
  const parts = await setup({ settings: { Stripe__ApiKeyTenant: '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03' } })
  const { queue, query, drain, job } = parts
  const request = jobRequest({
    tenantId: '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03',
    accessToken: undefined,
    additionalData: { resources: ['products', 'customers', 'customers'], batch_size: 50 },
  })
  await queue.send(JSON.stringify(request))
  await drain()
  await query(
    `update sync_jobs set status = 'failed', error = '{"code":"timeout","message":"m","retryable":false}', finished_at = now()`,
  )
  const env = { ...parts.environment, ConnectionStrings__DefaultConnection: `${parts.url}?sslmode=disable` }
  expect(await run(['jobs', 'retry', request.jobId], { env })).toMatchObject({ code: 0, stderr: '' })
  await drain()
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', deliveries: 2 })
  expect(await queue.deadLetters()).toEqual([])
})
