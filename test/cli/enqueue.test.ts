import { randomUUID } from 'node:crypto'
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { expect, onTestFinished, test } from 'vitest'
import { sentJob } from '../../src/cli/enqueue.ts'
import { openQueue } from '../../src/local/queue.ts'
import { setup } from '../support/setup.ts'
import { run, start } from './program.ts'

async function open() {
  const queue = await openQueue()
  onTestFinished(() => queue.close())
  const env = { Queue__Url: queue.url, Queue__Endpoint: queue.endpoint, Queue__Region: queue.region }
  return {
    queue,
    env,
    enqueue: (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
      run(['enqueue', ...args], { env: { ...env, ...more } }),
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

test('enqueue sends what its options say, in the tenant’s group', async () => {
  const { enqueue, sent } = await open()
  const [tenantId, jobId] = [randomUUID(), randomUUID()]
  const whose = ['--tenant', tenantId, '--job', jobId]
  const what = [
    '--resources',
    'customers,invoices',
    '--incremental',
    '--force',
    '--batch-size',
    '50',
    '--account',
    'acct_1',
  ]
  const { code, stdout, stderr } = await enqueue([...whose, ...what, '--token', 'ssm:/billing-sync/a#key'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const body = {
    jobId,
    tenantId,
    providerName: 'stripe',
    account: 'acct_1',
    accessToken: 'ssm:/billing-sync/a#key',
    additionalData: {
      sync_type: 'incremental',
      resources: ['customers', 'invoices'],
      force_refresh: true,
      batch_size: 50,
    },
  }
  expect(stdout).toBe(`  sent      ${JSON.stringify(body)}\n`)
  expect(await sent()).toEqual([{ group: tenantId, body }])
})

test('enqueue takes a plain key from standard input or the environment, and shows it nowhere', async () => {
  const { env, enqueue, sent } = await open()
  const whose = ['--tenant', randomUUID()]
  const key = 'sk_live_1234567890'
  const piped = start(['enqueue', ...whose, '--token-stdin'], { env })
  piped.child.stdin.end(`${key}\n`)
  const ended = [await piped.ended, await enqueue([...whose, '--token-env', 'MY_KEY', '--json'], { MY_KEY: key })]
  for (const { code, stdout, stderr } of ended) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toContain(key)
  }
  expect(sentJob.strict().parse(JSON.parse(ended[1]?.stdout ?? ''))).toMatchObject({ provider: 'stripe', sent: true })
  expect((await sent()).map(({ body }) => body.accessToken)).toEqual([key, key])
  const refused = await enqueue([...whose, '--token', key])
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toContain('give a key by --token-stdin or --token-env')
  expect(refused.stderr).not.toContain(key)
})

test('enqueue delays a message, and --dry-run sends none', async () => {
  const { queue, enqueue } = await open()
  const whose = ['--tenant', randomUUID()]
  await enqueue([...whose, '--delay', '10m'])
  expect(await queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 1 })
  const dry = await enqueue([...whose, '--dry-run'])
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ {2}not sent {2}\{"jobId":/) })
  expect(await queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 1 })
})

test('enqueue refuses what the worker would refuse, in its words, and a queue that is not configured', async () => {
  const { enqueue, queue } = await open()
  const whose = ['--tenant', randomUUID()]
  const wrong = await enqueue([...whose, '--account', 'acct_1:test'])
  expect(wrong).toMatchObject({ code: 2, stdout: '' })
  expect(wrong.stderr).toContain('account must be the id of a provider account without its mode')
  expect((await queue.counts()).visible).toBe(0)
  expect(await run(['enqueue', ...whose])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'queue: Queue.Url is not configured. Put it into appsettings.json or the environment variable Queue__Url.\n',
  })
})

test('a worker does the job that enqueue sent', async () => {
  const { environment, drain, job } = await setup({ sandbox: { customers: 3 } })
  const [tenant, id] = [randomUUID(), randomUUID()]
  const args = ['--tenant', tenant, '--job', id, '--resources', 'customers', '--token-env', 'KEY']
  const { code } = await run(['enqueue', ...args], { env: { ...environment, KEY: 'sk_live_sandbox' } })
  expect(code).toBe(0)
  await drain()
  expect(await job(id)).toMatchObject({ status: 'completed', fetched: '3', sent_with: { token: 'key' } })
})
