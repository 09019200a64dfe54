import { randomUUID } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { collectLog } from '../support/collected-log.ts'
import { jobRequest } from '../support/setup.ts'

/*
 * The table of outcomes, row by row, through the event source and the queue.
 */

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

import { countsDeadLetters, empty, heldJob, openEnv, released } from './outcome-env.ts'

const refusals: Record<string, { readonly request: object; readonly code: string; readonly sentence: RegExp }> = {
  'a revoked key': { request: { accessToken: 'sk_live_revoked1' }, code: 'key_not_accepted', sentence: /key/ },
  'a revoked account': { request: { accessToken: 'acct_revoked1' }, code: 'account_invalid', sentence: /account/ },
  'an unknown provider': {
    request: { providerName: 'fastspring' },
    code: 'unknown_provider',
    sentence: /stripe, .*paypal/,
  },
  'an unknown resource': {
    request: { additionalData: { resources: ['unicorns'] } },
    code: 'unknown_resource',
    sentence: /"unicorns".*customers/,
  },
  'a publishable key': { request: { accessToken: 'pk_live_1234567' }, code: 'publishable_key', sentence: /secret/ },
  'a page size that is none': {
    request: { additionalData: { batch_size: 1_000 } },
    code: 'invalid_request',
    sentence: /batchSize.*1 to 100/,
  },
  'a key nobody knows': { request: { priority: 1 }, code: 'invalid_request', sentence: /"priority" is not known/ },
  'a provider with a NUL in its name': {
    request: { providerName: 'str\u0000ipe' },
    code: 'unknown_provider',
    sentence: /"str\ufffdipe" is not known/,
  },
  'a provider with half a character in its name': {
    request: { providerName: 'stripe\ud800' },
    code: 'unknown_provider',
    sentence: /stripe, .*paypal/,
  },
  'a resource with a NUL in its name': {
    request: { additionalData: { resources: ['a\u0000b', 'c\ud800'] } },
    code: 'unknown_resource',
    sentence: /customers/,
  },
}

test.each(Object.entries(refusals))('failed for good: %s is acknowledged, the row says why', async (_, refusal) => {
  const { send, deliver, job, queue } = await openEnv()
  const request = jobRequest({ ...refusal.request })
  await send(request)
  expect((await deliver()).failed).toEqual([])
  const error = { code: refusal.code, message: expect.stringMatching(refusal.sentence), retryable: false }
  expect(await job(request.jobId)).toMatchObject({
    status: 'failed',
    deliveries: 1,
    attempt: 0,
    error,
    result: { status: 'failed', error },
    ...released,
  })
  expect(await queue.counts()).toEqual(empty)
  expect(await queue.deadLetters()).toEqual([])
})

const leftBehind: Record<string, readonly [column: string, stored: string, code: string, sentence: RegExp]> = {
  progress: [
    'progress',
    '{"customers": 5}',
    'progress_unreadable',
    /^progress: another version of the worker wrote it, .* Send the job with a new jobId, /,
  ],
  checkpoint: [
    'checkpoint',
    '{"version": 0}',
    'checkpoint_unreadable',
    /^checkpoint: another version of the worker wrote it, .* Send the job with a new jobId, /,
  ],
}

test.each(Object.entries(leftBehind))(
  'failed for good: a %s that another version of the worker left behind',
  async (_, [column, stored, code, sentence]) => {
    const { send, deliver, job, queue, query, sandbox } = await openEnv()
    const request = jobRequest()
    await query(
      `insert into sync_jobs (id, tenant_id, provider, status, sync_type, ${column}) values ($1, $2, 'stripe', 'paused', 'full', $3)`,
      [request.jobId, request.tenantId, stored],
    )
    await send(request)
    expect((await deliver()).failed).toEqual([])
    const error = { code, message: expect.stringMatching(sentence), retryable: false }
    expect(await job(request.jobId)).toMatchObject({
      status: 'failed',
      attempt: 0,
      error,
      result: { status: 'failed', resources: {}, error },
      ...released,
    })
    expect(await queue.counts()).toEqual(empty)
    expect(sandbox.stats().requests).toBe(0)
  },
)

const token = 'sk_live_51SecretSecretSecret'

const unreadable: Record<string, string> = {
  'no JSON': `{"jobId": "x", "accessToken": "${token}"`,
  'a list': `[{"accessToken":"${token}"}]`,
  'no jobId': JSON.stringify({ tenantId: randomUUID(), providerName: 'stripe', accessToken: token }),
  'a jobId that is no UUID': JSON.stringify({ ...jobRequest(), jobId: '17', accessToken: token }),
  'nested 100 deep': `${'{"a":'.repeat(100)}"${token}"${'}'.repeat(100)}`,
}

test.each(Object.entries(unreadable))('unreadable: %s is copied to the dead-letter queue', async (_, body) => {
  const { send, deliver, query, queue } = await openEnv({ exempt: countsDeadLetters })
  const id = await send(body)
  expect((await deliver()).failed).toEqual([])
  expect(await queue.counts()).toEqual(empty)
  const [letter, ...more] = await queue.deadLetters()
  expect(more).toEqual([])
  expect(letter?.attributes).toEqual({
    reason: expect.stringMatching(/^message: \w+/),
    code: 'unreadable_message',
    messageId: id,
  })
  expect(letter?.body).not.toContain('Secret')
  expect(letter?.body.length).toBeGreaterThan(5)
  expect(await query('select 1 from sync_jobs')).toEqual([])
})

test('unreadable, but the dead-letter queue does not take it: redelivered', async () => {
  const { send, deliver, openWorker, queue, timePasses } = await openEnv({ exempt: countsDeadLetters })
  const id = await send('nothing')
  for (const url of [`${queue.endpoint}/000000000000/gone`, '']) {
    const delivered = await deliver({ worker: await openWorker({ Queue__DeadLetterUrl: url }) })
    expect(delivered.failed).toEqual([id])
    await timePasses(delivered)
  }
  expect((await deliver()).failed).toEqual([])
  expect(await queue.deadLetters()).toMatchObject([{ body: '[7 characters that are not shown]' }])
})

test.each([
  ['the worker’s own', false],
  ['one that sees all rows', true],
])(
  'a jobId of another tenant, or of another provider, goes to the dead-letter queue and changes nothing, with %s',
  async (_, all) => {
    const log = collectLog()
    const parts = await openEnv({ log, exempt: countsDeadLetters })
    const { send, job, queue, query, sandbox, url, openWorker } = parts
    // Nobody should give the worker a superuser's login; somebody will.
    const worker = all
      ? await openWorker({ ConnectionStrings__DefaultConnection: `${url}?sslmode=disable` })
      : undefined
    const deliver = () => parts.deliver(worker ? { worker } : {})
    const theirs = jobRequest({ accessToken: token })
    const finish = await heldJob(parts, theirs)
    const row = await job(theirs.jobId)
    const { requests } = sandbox.stats()
    const busyTenant = randomUUID()
    await query(
      `insert into sync_jobs (id, tenant_id, provider, sync_type, status, lease_owner, lease_until)
     values (gen_random_uuid(), $1, 'stripe', 'full', 'running', 'somebody', now() + interval '1 hour')`,
      [busyTenant],
    )
    for (const other of [{ tenantId: randomUUID() }, { tenantId: busyTenant }, { providerName: 'paypal' }]) {
      await send({ ...theirs, ...other })
      expect((await deliver()).failed).toEqual([])
      expect(await queue.deadLetters()).toMatchObject([
        { attributes: { code: 'job_belongs_to_another' }, body: expect.not.stringContaining('Secret') },
      ])
    }
    expect(await job(theirs.jobId)).toEqual(row)
    expect(sandbox.stats().requests).toBe(requests)
    await finish()
    expect(await job(theirs.jobId)).toMatchObject({ status: 'completed' })
    const warned = () => log.lines().filter(({ code }) => code === 'row_security_bypassed')
    expect(warned()).toEqual([])
    await send(jobRequest())
    await deliver()
    expect(warned()).toHaveLength(all ? 1 : 0)
  },
)
