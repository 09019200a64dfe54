import { SendMessageCommand } from '@aws-sdk/client-sqs'
import pg from 'pg'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { openQueue } from '../../src/local/queue.ts'
import { readAddress } from '../../src/queue/postgres/address.ts'
import { migrateQueue } from '../../src/queue/postgres/migrate.ts'
import { buildBundle } from '../lambda/bundle.ts'
import { ask, follow } from '../page/page-setup.ts'
import { openCheckedStripe } from '../specs/checked-sandbox.ts'
import { openTestDatabase } from '../support/database.ts'
import { asWorker } from '../support/postgres.ts'
import { jobRequest } from '../support/setup.ts'
import { workerEnvironment } from '../support/sqs-worker.ts'
import { startContainer } from './container-process.ts'
import type { ContainerProcess } from './spawn-container.ts'

/* The built container entry with its server and its page. */

let root: string
beforeAll(async () => {
  root = await buildBundle()
})

const generous = { timeout: 120_000 }

/** The address that a line of the log names, once it is there. */
async function addressIn(container: ContainerProcess, before: string): Promise<string> {
  const pattern = new RegExp(`${before} (http://[\\d.:]+)`)
  await expect.poll(() => container.logs(), generous).toMatch(pattern)
  return pattern.exec(container.logs())?.[1] ?? ''
}
const probesOf = (container: ContainerProcess) => addressIn(container, 'probes at')
const pageOf = (container: ContainerProcess) => addressIn(container, 'the page is at')

/** A worker's surroundings. */
async function setup() {
  const queue = await openQueue({ visibilityTimeoutSeconds: 60 })
  const sandbox = await openCheckedStripe({ customers: 3_000, limits: 'none', latencyMs: 20 })
  onTestFinished(async () => {
    await sandbox.close()
    await queue.close()
  })
  const database = await openTestDatabase()
  const environment = {
    ...workerEnvironment({ url: asWorker(database.url), sandbox, queue }),
    Worker__Listen: '127.0.0.1:0',
  }
  return { ...database, queue, environment }
}

test('/readyz says that the queue and the database are away while they are, without their passwords', async () => {
  const container = startContainer(root, {
    ConnectionStrings__DefaultConnection: 'postgres://me:canary5Fh2@127.0.0.1:1/d?sslmode=disable',
    Queue__Url: 'postgres://me:canary5Fh2@127.0.0.1:1/queues?sslmode=disable',
    Worker__Listen: '127.0.0.1:0',
  })
  const address = await probesOf(container)
  const ready = () => ask(address, { path: '/readyz' })
  await expect.poll(async () => (await ready()).body, generous).toContain('queue: it does not answer (ECONNREFUSED)')
  const { status, body } = await ready()
  expect(status).toBe(503)
  expect(body).toContain('database: the server at 127.0.0.1:1 cannot be reached (ECONNREFUSED)')
  expect(body + container.logs()).not.toContain('canary5Fh2')
  expect(await ask(address, { path: '/livez' })).toMatchObject({ status: 200 })
  expect(await container.end('SIGTERM')).toBe(0)
})

test('/readyz follows a queue that fails and works again, also without messages', async () => {
  const { url, query } = await openTestDatabase()
  await migrateQueue(readAddress('postgres:', parseConnectionString(`${url}?sslmode=disable`)))
  const container = startContainer(root, {
    ConnectionStrings__DefaultConnection: `${asWorker(url)}?sslmode=disable`,
    Queue__Url: 'postgres:',
    Worker__Listen: '127.0.0.1:0',
  })
  const address = await probesOf(container)
  const body = async () => (await ask(address, { path: '/readyz' })).body
  await expect.poll(body, generous).toBe('The worker receives messages.\n')
  const signature = 'billing_sync.receive(text, integer, integer)'
  await query(`alter function ${signature} rename to receive_nothing`)
  await expect.poll(body, generous).toContain('queue: it does not answer (42883).')
  await query('alter function billing_sync.receive_nothing rename to receive')
  await expect.poll(body, generous).toBe('The worker receives messages.\n')
  const { body: metrics } = await ask(address, { path: '/metrics' })
  expect(metrics).toContain('billing_sync_lanes{state="free"} 5')
  expect(metrics).toContain('billing_sync_queue_messages{state="waiting"} 0')
  expect(metrics).toContain('billing_sync_schedules{state="active"} 0')
  expect(await container.end('SIGTERM')).toBe(0)
})

test('a container with live events measures their queue beside its own', async () => {
  const { environment } = await setup()
  const events = await openQueue()
  onTestFinished(() => events.close())
  // Not a message that the worker takes at once: it is a dead letter already.
  const dead = { QueueUrl: events.deadLetterUrl, MessageBody: 'no event' }
  await events.client.send(new SendMessageCommand(dead))
  const container = startContainer(root, {
    ...environment,
    Queue__EventsUrl: events.url,
    Queue__EventsDeadLetterUrl: events.deadLetterUrl,
    Queue__Endpoint: events.endpoint,
  })
  const address = await probesOf(container)
  // A collector that asks again within seconds gets the same readings.
  await expect
    .poll(async () => (await ask(address, { path: '/metrics' })).body, generous)
    .toContain('billing_sync_events_queue_messages{state="dead"} 1')
  expect(await container.end('SIGTERM')).toBe(0)
})

test('a page that others could reach is refused without a token, and the worker does not start', async () => {
  const { environment } = await setup()
  const container = startContainer(root, { ...environment, Page__Listen: '0.0.0.0:0' })
  await expect(container.started).rejects.toThrow('the container ended with 1')
  expect(container.logs()).toContain('Page.Listen is 0.0.0.0, which others can reach, and Page.Token is not set')
})

test('the page of a login that sees one tenant says so in the log', async () => {
  const { environment } = await setup()
  const container = startContainer(root, { ...environment, Page__Listen: '127.0.0.1:0' })
  await expect.poll(() => container.logs(), generous).toContain('"page_shows_nothing"')
  expect(container.logs()).toContain('Set Page.Connection to a login in the role billing_sync_reader')
})

test('with somebody looking on at a running job, SIGTERM shows its pause and the process exits with 0', async () => {
  const { environment, url, query, queue } = await setup()
  await query(`create role page_of_container login in role billing_sync_reader`).catch((error: unknown) => {
    if (!(error instanceof pg.DatabaseError)) throw error
  })
  const reader = new URL(url)
  reader.username = 'page_of_container'
  const token = 'canary-token-5Fh2'
  const container = startContainer(root, {
    ...environment,
    Stripe__EndpointRequestsPerSecond: '3',
    Page__Listen: '127.0.0.1:0',
    Page__Token: token,
    Page__Connection: `${reader.href}?sslmode=disable`,
  })
  const address = await pageOf(container)
  const probes = await probesOf(container)
  expect(await ask(address, { path: '/' })).toMatchObject({ status: 401 })
  expect(await ask(probes, { path: '/page.js' })).toMatchObject({ status: 404 })
  const authorization = { authorization: `Bearer ${token}` }
  for (const path of ['/', '/page.js', '/page.css', '/page.svg'])
    expect(await ask(address, { path, headers: authorization })).toMatchObject({ status: 200 })
  const request = jobRequest()
  await queue.send(JSON.stringify(request))
  const running = () => query(`select status from sync_jobs where fetched > 0`)
  await expect.poll(running, generous).toEqual([{ status: 'running' }])
  const reading = follow(address, '/', authorization)
  await reading.event('parts')
  const paused = reading.part(`job-${request.jobId}`, /paused/)
  expect(await container.end('SIGTERM')).toBe(0)
  await paused
  expect(container.logs()).toContain('"worker_stopped"')
  expect(container.logs()).not.toContain('stops before all is confirmed')
  expect(container.logs()).not.toContain(token)
  await expect.poll(() => query('select status from sync_jobs'), generous).toEqual([{ status: 'paused' }])
})
