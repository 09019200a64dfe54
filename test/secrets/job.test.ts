import { expect, test } from 'vitest'
import { collectLog } from '../support/collected-log.ts'
import { jobRequest, type SetupOptions, setup } from '../support/setup.ts'
import { openSecretStore } from './secret-store.ts'

/*
 * Jobs whose token is a reference, from the message to the rows.
 */

async function setupSecretJob(options: SetupOptions = {}) {
  const store = await openSecretStore()
  const parts = await setup({ ...options, settings: { Secrets__Endpoint: store.endpoint, ...options.settings } })
  const request = jobRequest()
  const accessToken = `ssm:/billing-sync/${request.tenantId}/stripe`
  const again = () => ({ ...jobRequest({ tenantId: request.tenantId }), accessToken })
  const put = (key: string) => store.put(accessToken.replace('ssm:', ''), key)
  put('rk_live_one')
  return { ...parts, store, put, again, request: { ...request, accessToken } }
}

test('a job reads with the key that its token refers to', async () => {
  const { queue, drain, job, query, request, store } = await setupSecretJob()
  await queue.send(JSON.stringify(request))
  await drain()
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', fetched: '250' })
  expect(await query('select distinct livemode from customers')).toEqual([{ livemode: true }])
  expect(store.requests).toHaveLength(1)
})

test('a second job does not ask the store again', async () => {
  const { queue, drain, job, request, again, store } = await setupSecretJob()
  const next = again()
  for (const message of [request, next]) {
    await queue.send(JSON.stringify(message))
    await drain()
    expect(await job(message.jobId)).toMatchObject({ status: 'completed' })
  }
  expect(store.requests).toHaveLength(1)
})

test('a key that was replaced is fetched once, and the job goes on without a failed attempt', async () => {
  const log = collectLog()
  const { queue, drain, job, request, again, put, store } = await setupSecretJob({
    log,
    sandbox: { revokedKeys: ['rk_live_two'] },
  })
  put('rk_live_two')
  await queue.send(JSON.stringify(request))
  await drain()
  // The store has nothing else: the row is the evidence.
  expect(await job(request.jobId)).toMatchObject({ status: 'failed', error: { code: 'key_not_accepted' } })
  expect(store.requests).toHaveLength(2)
  put('rk_live_three')
  const next = again()
  await queue.send(JSON.stringify(next))
  await drain()
  expect(await job(next.jobId)).toMatchObject({ status: 'completed', attempt: 0, deliveries: 1, fetched: '250' })
  expect(store.requests).toHaveLength(3)
  // Its last commit ends the row. The delivery has to end the same way, and not as if the job had been cancelled.
  const events = log.lines().flatMap(({ jobId, event }) => (jobId === next.jobId ? [event] : []))
  expect(events).toEqual(expect.arrayContaining(['key_replaced', 'job_completed']))
  expect(events).not.toContain('job_ended_elsewhere')
})

test('a job whose replaced key is not accepted either fails in its first delivery', async () => {
  const { queue, drain, job, request, again, put } = await setupSecretJob({
    sandbox: { revokedKeys: ['rk_live_two', 'rk_live_three'] },
  })
  put('rk_live_two')
  await queue.send(JSON.stringify(request))
  await drain()
  put('rk_live_three')
  const next = again()
  await queue.send(JSON.stringify(next))
  await drain()
  expect(await job(next.jobId)).toMatchObject({
    status: 'failed',
    deliveries: 1,
    error: { code: 'key_not_accepted' },
  })
})

test('a key that is replaced in the middle of a job loses nothing and reads nothing twice', async () => {
  const { queue, drain, job, query, request, put, sandbox } = await setupSecretJob({
    sandbox: { customers: 1_000 },
    settings: { Stripe__EndpointRequestsPerSecond: '10' },
  })
  const small = { ...request, additionalData: { resources: ['customers'], batch_size: 50 } }
  let revoked = false
  sandbox.onRequest(() => {
    if (revoked || sandbox.stats().requests < 8) return
    revoked = true
    put('rk_live_two')
    sandbox.fail({ kind: 'key-revoked', times: 1 })
  })
  await queue.send(JSON.stringify(small))
  await drain()
  expect(revoked).toBe(true)
  expect(await job(request.jobId)).toMatchObject({
    status: 'completed',
    attempt: 0,
    deliveries: 1,
    fetched: '1000',
    created: '1000',
    unchanged: '0',
  })
  const rows = await query('select raw from customers order by created_at desc, id desc')
  expect(rows.map(({ raw }) => raw)).toEqual(sandbox.expected('customers', true))
})

test('a key in the message itself is refused as ever', async () => {
  const { queue, drain, job, request, store } = await setupSecretJob({ sandbox: { revokedKeys: ['rk_live_own'] } })
  await queue.send(JSON.stringify({ ...request, accessToken: 'rk_live_own' }))
  await drain()
  expect(await job(request.jobId)).toMatchObject({ status: 'failed', error: { code: 'key_not_accepted' } })
  expect(store.requests).toEqual([])
})

test('a job that fails for another reason does not ask the store for its key again', async () => {
  const { queue, drain, job, request, store, sandbox } = await setupSecretJob()
  sandbox.fail({ kind: 'missing-scope', path: '/v1/customers' })
  await queue.send(JSON.stringify({ ...request, additionalData: { resources: ['customers'] } }))
  await drain()
  expect(await job(request.jobId)).toMatchObject({ status: 'failed', error: { code: 'permission_denied' } })
  expect(store.requests).toHaveLength(1)
})

test('a secret that may not be read fails the job with the name of the reference', async () => {
  const { queue, drain, job, request, store } = await setupSecretJob()
  store.refuse({ error: 'AccessDeniedException', message: 'rk_live_canary' })
  await queue.send(JSON.stringify(request))
  await drain()
  expect(await job(request.jobId)).toMatchObject({
    status: 'failed',
    error: { code: 'secret_denied', retryable: false, message: expect.stringContaining(request.accessToken) },
  })
  expect(await queue.deadLetters()).toEqual([])
})

test('a store that throttles makes the job try again, and it completes', async () => {
  const { queue, drain, job, request, store } = await setupSecretJob()
  // Three calls of the SDK are one attempt.
  store.refuse({ error: 'ThrottlingException' }, 3)
  await queue.send(JSON.stringify(request))
  await drain()
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', attempt: 0, deliveries: 2 })
})

test('a message that names the secret of another tenant fails, and no store is asked', async () => {
  const { queue, drain, job, request, store } = await setupSecretJob()
  const { tenantId } = jobRequest()
  await queue.send(JSON.stringify({ ...request, accessToken: `ssm:/billing-sync/${tenantId}/stripe` }))
  await drain()
  expect(await job(request.jobId)).toMatchObject({ status: 'failed', error: { code: 'secret_not_allowed' } })
  expect(store.requests).toEqual([])
})

const keys = {
  "the tenant's own key": {
    token: () => 'rk_live_own',
    says: () => 'the accessToken of the message is not accepted',
  },
  'the configured key, for its own tenant': {
    token: () => undefined,
    says: () => 'the configured Stripe.ApiKey is not accepted',
  },
  'the configured key, for a connected account': {
    token: () => 'acct_1Connected',
    says: () => 'the configured Stripe.ApiKey is not accepted',
  },
  'the value of a secret': {
    token: (reference: string) => reference,
    says: (reference: string) => `the value of ${reference} is not accepted`,
  },
} as const

test.each(Object.entries(keys))('a 401 says that it is about %s, and what to do', async (_, { token, says }) => {
  const first = jobRequest()
  const log = collectLog()
  const { queue, drain, job, request, sandbox } = await setupSecretJob({
    log,
    settings: { Stripe__ApiKey: 'sk_live_configured', Stripe__ApiKeyTenant: first.tenantId },
  })
  sandbox.fail({ kind: 'key-revoked' })
  const accessToken = token(request.accessToken)
  await queue.send(JSON.stringify({ ...(accessToken === undefined ? first : request), accessToken }))
  await drain()
  const { jobId } = accessToken === undefined ? first : request
  const sentence = /^stripe: (.+) \(401, req_\w+\)\. Put a valid key there, then send a new jobId\.$/
  const row = await job(jobId)
  expect(row).toMatchObject({ status: 'failed', error: { code: 'key_not_accepted', retryable: false } })
  const { message } = row!.error as { readonly message: string }
  expect(sentence.exec(message)?.[1]).toBe(says(request.accessToken))
  const line = { level: 'error', event: 'job_failed', code: 'key_not_accepted', message: `the job fails. ${message}` }
  expect(log.lines().filter(({ event }) => event === 'job_failed')).toMatchObject([line])
})
