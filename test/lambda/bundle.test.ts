import { execFile } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { jobRequest, setup } from '../support/setup.ts'
import { buildAll, buildBundle } from './bundle.ts'
import { type Lambda, type LambdaOptions, openLambda } from './lambda.ts'

/*
 * The built bundle, run as Lambda runs it: the real runtime client, a process of its own, deadlines that kill.
 */

let root: string
beforeAll(async () => {
  root = await buildBundle()
})

test('the handler is small, and what is seldom needed is not in it', () => {
  expect(statSync(join(root, 'handler.cjs')).size).toBeLessThan(650_000)
  expect(readFileSync(join(root, 'handler.cjs'), 'utf8')).not.toContain('json-schema.org')
})

async function lambda(env: Readonly<Record<string, string>>, options: Partial<LambdaOptions> = {}): Promise<Lambda> {
  const opened = await openLambda({
    root,
    handler: 'handler.handler',
    env: { ...env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    ...options,
  })
  onTestFinished(() => opened.close())
  return opened
}

const lines = (logs: string) =>
  logs
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): Record<string, unknown> => JSON.parse(line))

/** The metrics of all documents in the log, one over the other. */
const measured = (logs: string) =>
  Object.assign({}, ...lines(logs).filter((line) => '_aws' in line)) as Readonly<Record<string, unknown>>

test('the bundle syncs a tenant under the real Lambda runtime client', async () => {
  const { environment, queue, drain, query, job, sandbox } = await setup({ sandbox: { customers: 1_234 } })
  const { invoke, logs } = await lambda(environment)
  const request = jobRequest()
  await queue.send(JSON.stringify(request))
  await drain({ invoke, concurrency: 1 })
  expect(await job(request.jobId)).toMatchObject({
    status: 'completed',
    fetched: '1234',
    created: '1234',
    deliveries: 1,
  })
  const rows = await query('select raw from customers order by created_at desc, id desc')
  expect(rows.map(({ raw }) => raw)).toEqual(sandbox.expected('customers', true))
  const said = lines(logs())
  expect(said.map(({ message }) => message)).toEqual(expect.arrayContaining(['job starts', 'committed', 'job ends']))
  expect(said.find(({ message }) => message === 'job ends')).toMatchObject({
    level: 'INFO',
    jobId: request.jobId,
    tenantId: request.tenantId,
    provider: 'stripe',
    outcome: 'completed',
    result: { status: 'completed', requests: expect.any(Number) },
  })
  expect(logs()).not.toContain('sk_live_sandbox')
  expect(measured(logs())).toMatchObject({
    'messaging.client.consumed.messages': 1,
    'messaging.system': 'aws_sqs',
    'billing_sync.job.outcomes': 1,
    outcome: 'completed',
    provider: 'stripe',
    'billing_sync.rows': 1_234,
    action: 'created',
    jobId: request.jobId,
    tenantId: request.tenantId,
  })
})

test('a process that is killed leaves a job that another one takes up', async () => {
  const { environment, queue, drain, query, job, sandbox } = await setup({
    sandbox: { customers: 3_000, latencyMs: 40 },
    settings: { Worker__LeaseSeconds: '2', Stripe__EndpointRequestsPerSecond: '20' },
  })
  const first = await lambda(environment)
  const second = await lambda(environment)
  const request = jobRequest()
  await queue.send(JSON.stringify(request))
  let killed = false
  const stopListening = sandbox.onRequest(() => {
    if (killed || sandbox.stats().requests < 12) return
    killed = true
    first.kill('SIGKILL')
  })
  let invocations = 0
  await drain({
    concurrency: 1,
    invoke: (event, timeoutMs) => (invocations++ === 0 ? first : second).invoke(event, timeoutMs),
  })
  stopListening()
  expect(killed).toBe(true)
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', fetched: '3000', created: '3000' })
  const rows = await query('select raw from customers order by created_at desc, id desc')
  expect(rows.map(({ raw }) => raw)).toEqual(sandbox.expected('customers', true))
})

test('an invocation shorter than the job pauses it in time and goes on in the next', async () => {
  const { environment, queue, drain, job } = await setup({
    sandbox: { customers: 2_000 },
    settings: { Stripe__EndpointRequestsPerSecond: '5' },
  })
  const { invoke } = await lambda(environment)
  const request = jobRequest()
  await queue.send(JSON.stringify(request))
  const ends: string[] = []
  await drain({
    concurrency: 1,
    timeoutMs: 3_000,
    invoke: async (event, timeoutMs) => {
      const invocation = await invoke(event, timeoutMs)
      ends.push(invocation.kind)
      return invocation
    },
  })
  // A timeout would have killed the process; each invocation answered by itself.
  expect(new Set(ends)).toEqual(new Set(['response']))
  const row = await job(request.jobId)
  expect(row).toMatchObject({ status: 'completed', fetched: '2000', created: '2000', attempt: 0 })
  expect(Number(row?.hop)).toBeGreaterThan(0)
})

test('a worker without a database answers for every message and says what is missing', async () => {
  const { invoke, logs } = await lambda({})
  const { handle: _handle } = await setup()
  const event = { Records: ['a', 'b'].map((messageId) => ({ messageId, body: '{}' })) }
  // @ts-expect-error Lambda's event has more, which does not matter here.
  const invocation = await invoke(event, 10_000)
  expect(invocation).toEqual({
    kind: 'response',
    payload: { batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'b' }] },
  })
  expect(logs()).toContain('ConnectionStrings.DefaultConnection is not set')
  expect(measured(logs())).toMatchObject({ 'billing_sync.cannot_work': 1, reason: 'worker_not_started' })
})

test('the runbook’s line for serverless syncs into a database of one’s own', async () => {
  const { workerUrl, environment, sandbox, job, query } = await setup({ sandbox: { customers: 321 } })
  // In a directory of its own: other programs read `dist/` of this one meanwhile.
  const cwd = await mkdtemp(join(tmpdir(), 'runbook-test-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  for (const name of ['serverless.yml', 'infra', 'package.json']) await cp(name, join(cwd, name), { recursive: true })
  await symlink(resolve('node_modules'), join(cwd, 'node_modules'))
  await cp(await buildAll(), join(cwd, 'dist'), { recursive: true })
  const command = ['osls', 'invoke', 'local', '-f', 'sync', '-p', 'infra/events/stripe-full.json', '--stage', 'local']
  const { stdout } = await promisify(execFile)('npx', command, {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      ConnectionStrings__DefaultConnection: workerUrl,
      Stripe__ApiKey: environment.Stripe__ApiKey,
      Stripe__ApiBase: sandbox.url,
    },
  })
  expect(stdout).toMatch(/"batchItemFailures": \[\]/)
  expect(await job('7b1f0a34-52c6-4e0d-8a3b-1d2f6c9e5a10')).toMatchObject({ status: 'completed', rejected: '0' })
  expect(await query('select count(*)::int as count from customers')).toEqual([{ count: 321 }])
})
