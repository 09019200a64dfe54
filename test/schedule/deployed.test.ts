import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { openQueue } from '../../src/local/queue.ts'
import { openIntake } from '../../src/queue/open-intake.ts'
import { jobIdFor } from '../../src/schedule/beat.ts'
import { buildBundle } from '../lambda/bundle.ts'
import { openLambda } from '../lambda/lambda.ts'
import { startContainer } from '../queue/container-process.ts'
import { openCheckedStripe } from '../specs/checked-sandbox.ts'
import { openTestDatabase } from '../support/database.ts'
import { asWorker } from '../support/postgres.ts'
import { workerEnvironment } from '../support/sqs-worker.ts'
import { plantSchedule } from './plant-schedule.ts'

/* The tick as it is deployed: the built function in Lambda's runtime, and the built container. */

let root: string
beforeAll(async () => {
  root = await buildBundle()
})

async function setup() {
  const queue = await openQueue()
  const sandbox = await openCheckedStripe({ customers: 3, limits: 'none' })
  onTestFinished(async () => {
    await sandbox.close()
    await queue.close()
  })
  const database = await openTestDatabase()
  return { ...database, queue, env: workerEnvironment({ url: asWorker(database.url), sandbox, queue }) }
}

test('the function sends what is due to SQS, in one process again and again', async () => {
  const { query, queue, env } = await setup()
  const { id, next_at } = await plantSchedule(query)
  const lambda = await openLambda({ root, handler: 'tick.handler', env })
  onTestFinished(() => lambda.close())
  // What EventBridge brings says nothing that a tick needs.
  const event = { source: 'aws.events' } as never
  expect(await lambda.invoke(event, 30_000)).toMatchObject({ kind: 'response', payload: { sent: 1, unsent: 0 } })
  const pid = lambda.pid()
  expect(await lambda.invoke(event, 30_000)).toMatchObject({ kind: 'response', payload: { sent: 0 } })
  expect(lambda.pid()).toBe(pid)
  const options = { url: queue.url, endpoint: queue.endpoint, region: queue.region, deadLetterUrl: queue.deadLetterUrl }
  const intake = await openIntake({ ...options, lockSeconds: 60, maxReceives: 12 })
  const [message] = await intake.receive(1, new AbortController().signal)
  expect(JSON.parse(message?.body ?? '{}')).toMatchObject({ jobId: jobIdFor(id, next_at) })
  await intake.close()
})

test('the function fails where the database is away, so that its alarm sees it', async () => {
  const { env } = await setup()
  const away = 'Host=127.0.0.1;Port=1;Database=d;Username=u;SSL Mode=Disable'
  const lambda = await openLambda({
    root,
    handler: 'tick.handler',
    env: { ...env, ConnectionStrings__DefaultConnection: away },
  })
  onTestFinished(() => lambda.close())
  expect(await lambda.invoke({} as never, 30_000)).toMatchObject({ kind: 'error' })
  expect(lambda.logs()).toContain('"tick_failed"')
})

test('a container sends what is due, works on it, and its schedule knows of the success', async () => {
  const { query, env } = await setup()
  const { id, tenant_id: tenant } = await plantSchedule(query, { resources: ['customers'] })
  const container = startContainer(root, {
    ...env,
    Stripe__ApiKey: 'sk_test_sandbox',
    Stripe__ApiKeyTenant: tenant,
  })
  await container.started
  const jobs = () => query('select status, fetched::int from sync_jobs where tenant_id = $1', [tenant])
  await expect.poll(jobs, { timeout: 240_000 }).toEqual([{ status: 'completed', fetched: 3 }])
  expect(await query('select last_job_id is not null as sent from sync_schedules where id = $1', [id])).toEqual([
    { sent: true },
  ])
  expect(await container.end('SIGTERM')).toBe(0)
})

test('a container whose Schedules.Tick is off sends nothing', async () => {
  const { query, env } = await setup()
  await plantSchedule(query)
  const container = startContainer(root, { ...env, Schedules__Tick: 'false' })
  await container.started
  expect(await container.end('SIGTERM')).toBe(0)
  expect(await query('select last_job_id from sync_schedules')).toEqual([{ last_job_id: null }])
})
