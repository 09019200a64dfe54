import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { openQueue } from '../../src/local/queue.ts'
import { openIntake } from '../../src/queue/open-intake.ts'
import { createSqsQueue } from '../../src/queue/sqs-on-demand.ts'
import { openTcpProxy } from '../faults/tcp-proxy.ts'
import { buildBundle } from '../lambda/bundle.ts'
import { openCheckedStripe } from '../specs/checked-sandbox.ts'
import { openTestDatabase } from '../support/database.ts'
import { asWorker } from '../support/postgres.ts'
import { jobRequest } from '../support/setup.ts'
import { workerEnvironment } from '../support/sqs-worker.ts'
import { startContainer } from './container-process.ts'

/* The built container entry, where something is wrong with its settings, its queue or its end. */

let root: string
beforeAll(async () => {
  root = await buildBundle()
})

const database = {
  ConnectionStrings__DefaultConnection: 'Host=127.0.0.1;Port=1;Database=d;Username=u;SSL Mode=Disable',
}

test.each([
  ['no queue', {}, 'Queue.Url is not configured'],
  [
    'a queue of an unknown transport',
    { Queue__Url: 'kafka://me:canary5Fh2@broker.test' },
    'Queue.Url must be the address of a queue: https://sqs',
  ],
  [
    'a queue in a database without a server',
    { Queue__Url: 'postgres://me:canary5Fh2@', ConnectionStrings__DefaultConnection: '' },
    'Queue.Url',
  ],
])('with %s it ends with 1, and says so without the password', async (_, settings, sentence) => {
  const container = startContainer(root, { ...database, ...settings })
  await expect(container.started).rejects.toThrow('the container ended with 1')
  expect(container.logs()).toContain('"worker_not_started"')
  expect(container.logs()).toContain(sentence)
  expect(container.logs()).not.toContain('canary5Fh2')
})

test('a container waits for a queue that is away when it starts, says so once, and ends with 0 at SIGTERM', async () => {
  const container = startContainer(root, {
    ...database,
    Queue__Url: 'postgres://me:canary5Fh2@127.0.0.1:1/queues?sslmode=disable',
  })
  await expect.poll(() => container.logs(), { timeout: 120_000 }).toContain('"queue_away"')
  await new Promise((resolve) => setTimeout(resolve, 3_500))
  expect(await container.end('SIGTERM')).toBe(0)
  expect(container.logs().split('"queue_away"')).toHaveLength(2)
  expect(container.logs()).toContain('ECONNREFUSED')
  expect(container.logs()).not.toContain('canary5Fh2')
})

test('a queue that falls silent does not keep a container that is asked to stop, and its message comes again', async () => {
  const queue = await openQueue({ visibilityTimeoutSeconds: 60 })
  const proxy = await openTcpProxy(queue.endpoint)
  const sandbox = await openCheckedStripe({ customers: 3_000, limits: 'none', latencyMs: 50 })
  onTestFinished(async () => {
    await Promise.all([proxy.close(), sandbox.close()])
    await queue.close()
  })
  const { url, query } = await openTestDatabase()
  const container = startContainer(root, {
    ...workerEnvironment({ url: asWorker(url), sandbox, queue: { ...queue, endpoint: proxy.url } }),
    Stripe__EndpointRequestsPerSecond: '5',
    Worker__LeaseSeconds: '2',
  })
  await container.started
  await queue.send(JSON.stringify(jobRequest()))
  const running = () => query(`select status from sync_jobs where fetched > 0`)
  await expect.poll(running, { timeout: 120_000 }).toEqual([{ status: 'running' }])
  proxy.decide(() => 'swallow')
  expect(await container.end('SIGTERM')).toBe(0)
  expect(container.logs()).toContain('the worker stops before all is confirmed')
  expect(await query('select status from sync_jobs')).toEqual([{ status: 'paused' }])
  await expect.poll(() => queue.counts(), { timeout: 120_000 }).toMatchObject({ delayed: 0 })
  const { visible, inFlight } = await queue.counts()
  expect(visible + inFlight).toBe(1)
})

test('a queue of an unknown transport is refused, and Lambda refuses every other than SQS', async () => {
  const options = { lockSeconds: 75, maxReceives: 12 }
  await expect(openIntake({ ...options, url: 'kafka://me:canary5Fh2@broker.test' })).rejects.toThrow(
    'queue: Queue.Url is the address of no queue that the worker knows. Use https://sqs…, postgres:, ',
  )
  expect(() => createSqsQueue({ Url: 'amqp://me:canary5Fh2@broker.test' })).toThrow(
    'queue: Queue.Url is the address of a queue of rabbitmq, and Lambda receives from SQS only. Give the URL of the SQS queue, or run the container.',
  )
})
