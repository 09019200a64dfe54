import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { openPostgresProxy } from '../support/postgres-proxy.ts'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'

/*
 * A delivery whose first or last statement, or whose queue, fails.
 */

afterEach(() => vi.restoreAllMocks())

const acknowledged = { batchItemFailures: [] }
const eventOf = (request: object) => sqsEvent([JSON.stringify(request)])

async function victimOf({ url, openWorker }: Pick<Awaited<ReturnType<typeof setup>>, 'url' | 'openWorker'>) {
  const proxy = await openPostgresProxy(url)
  return { proxy, worker: await openWorker({ ConnectionStrings__DefaultConnection: proxy.url }) }
}

test.each(['cut-before', 'cut-after'] as const)(
  'a claim whose connection breaks is made again, in the same delivery: %s',
  async (fate) => {
    vi.spyOn(systemClock, 'random').mockReturnValue(0)
    const parts = await setup({ sandbox: { customers: 20 } })
    const { proxy, worker } = await victimOf(parts)
    proxy.decide((word, nth) => (word === 'insert' && nth <= 2 ? fate : 'pass'))
    const request = jobRequest()
    expect(await worker.handle(eventOf(request), context(60_000))).toEqual(acknowledged)
    expect(await parts.job(request.jobId)).toMatchObject({ status: 'completed', deliveries: 1, attempt: 0 })
  },
)

test('a pause whose connection breaks is written again, and is no failed attempt', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const parts = await setup({
    sandbox: { customers: 200, latencyMs: 30 },
    settings: { Stripe__EndpointRequestsPerSecond: '8' },
  })
  const { proxy, worker } = await victimOf(parts)
  let cuts = 0
  proxy.decide((_, __, statement) => (statement.includes('"hop" = ') && ++cuts <= 2 ? 'cut-before' : 'pass'))
  const request = jobRequest({ additionalData: { batch_size: 2 } })
  expect(await worker.handle(eventOf(request), context(900))).toEqual(acknowledged)
  expect(cuts).toBe(3)
  expect(await parts.job(request.jobId)).toMatchObject({ status: 'paused', attempt: 0, hop: 1, error: null })
  expect(await parts.queue.counts()).toMatchObject({ visible: 1 })
})

test('a pause or a failure is found in the database if the answer to its COMMIT is lost', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const parts = await setup({ sandbox: { customers: 20 } })
  const { proxy, worker } = await victimOf(parts)
  let ending: string | undefined
  const lost = new Set<string>()
  proxy.decide((word, _, statement) => {
    const [, what] = /("hop" = |^update.*"finished_at" = )/.exec(statement) ?? []
    if (what && !lost.has(what)) ending = what
    if (word !== 'commit' || !ending) return 'pass'
    lost.add(ending)
    ending = undefined
    return 'cut-after'
  })
  const silent = parts.sandbox.fail({ kind: 'hang', path: '/v1/customers' })
  const request = jobRequest()
  expect(await worker.handle(eventOf(request), context(900))).toEqual(acknowledged)
  expect(await parts.job(request.jobId)).toMatchObject({ status: 'paused', hop: 1 })
  // At once, not after a lease.
  expect(await parts.queue.counts()).toMatchObject({ visible: 1, delayed: 0 })
  silent()
  const refused = jobRequest({ accessToken: 'sk_live_revoked1' })
  expect(await worker.handle(eventOf(refused), context(60_000))).toEqual(acknowledged)
  expect(await parts.job(refused.jobId)).toMatchObject({ status: 'failed', error: { code: 'key_not_accepted' } })
  expect(await parts.queue.counts()).toMatchObject({ visible: 1, delayed: 0 })
  expect(lost.size).toBe(2)
})

test('a failure is stored although its connection breaks', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const parts = await setup({ sandbox: { customers: 20 } })
  const { proxy, worker } = await victimOf(parts)
  let cuts = 0
  proxy.decide((_, __, statement) =>
    /^update.*"finished_at" = /.test(statement) && ++cuts <= 2 ? 'cut-before' : 'pass',
  )
  const request = jobRequest({ accessToken: 'sk_live_revoked1' })
  expect(await worker.handle(eventOf(request), context(60_000))).toEqual(acknowledged)
  expect(cuts).toBe(3)
  expect(await parts.job(request.jobId)).toMatchObject({ status: 'failed', error: { code: 'key_not_accepted' } })
})

test('a failed call is not hidden by pages that wait for their unlisted rows', async () => {
  const { handle, job, sandbox } = await setup({
    sandbox: { customers: 30 },
    settings: { Stripe__EndpointRequestsPerSecond: '50' },
  })
  const { tenantId } = jobRequest()
  const both = { resources: ['customers', 'invoices'] }
  await handle([JSON.stringify(jobRequest({ tenantId, additionalData: both }))])
  for (const { id } of sandbox.expected('customers').slice(0, 10)) sandbox.remove('customers', id)
  sandbox.advance(60)
  // While it is asked for the customers that are gone, the invoices are refused.
  let customersRequested = () => {}
  const asking = new Promise<void>((resolve) => {
    customersRequested = resolve
  })
  sandbox.fail({ kind: 'account-invalid', path: '/v1/invoices' })
  sandbox.onRequest(async ({ path }) => {
    if (path.startsWith('/v1/customers/')) {
      customersRequested()
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    if (path === '/v1/invoices') await asking
  })
  const request = jobRequest({ tenantId, additionalData: both })
  await handle([JSON.stringify(request)])
  expect(await job(request.jobId)).toMatchObject({ status: 'failed', error: { code: 'account_invalid' }, hop: 0 })
})

test('a failing job is tried MaxRetries times, however often its queue delivers it', async () => {
  const { queue, drain, job, sandbox } = await setup({
    sandbox: { customers: 20 },
    settings: { Worker__MaxRetries: '14' },
    maxReceiveCount: 12,
    exempt: {
      calls: ['queue', 'provider'],
      because:
        'It counts deliveries. A call to the queue whose answer is lost makes one more, and a provider may be slow instead of failing.',
    },
  })
  sandbox.fail({
    kind: 'error',
    status: 400,
    path: '/v1/customers',
    error: { code: 'resource_missing', param: 'starting_after' },
  })
  const request = jobRequest()
  await queue.send(JSON.stringify(request))
  await drain({ concurrency: 1 })
  expect(await job(request.jobId)).toMatchObject({ status: 'failed', attempt: 15, deliveries: 15 })
  expect(await queue.deadLetters()).toEqual([])
})
