import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { Sandbox, StripeObject } from '../../src/sandbox/stripe/index.ts'
import { hasLittleTime } from '../support/faults.ts'
import { jobRequest, type SetupOptions, setup } from '../support/setup.ts'

/*
 * An invocation that is over before a page and its nested lists have been read: the job goes on with less.
 */

afterEach(() => vi.restoreAllMocks())

const lines = /^\/v1\/invoices\/in_\w+\/lines/
const invoices = { resources: ['invoices'] }

async function openEnv({ customers, ...settings }: Record<string, string> & { customers: string }) {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const options: SetupOptions = { settings, exempt: hasLittleTime, sandbox: { customers: Number(customers) } }
  const parts = await setup(options)
  return { ...parts, deliver: (request: object, ms: number) => parts.handle([JSON.stringify(request)], ms) }
}

/** Of all invoices one is left, with 120 lines, of which it carries ten. */
function keepLongest(sandbox: Sandbox): void {
  for (const { id } of sandbox.expected('invoices'))
    if (sandbox.rows('invoice_lines', id).length < 120) sandbox.remove('invoices', id)
}

test('the nested lists of a page that has arrived are read on when no new page is fetched any more', async () => {
  const { deliver, job, sandbox } = await openEnv({ customers: '20', Worker__BatchSize: '30' })
  keepLongest(sandbox)
  const began = performance.now()
  let late = 0
  // The first page of the lines comes when two thirds of the time are over.
  sandbox.onRequest(async ({ path }) => {
    if (!lines.test(path)) return
    const left = began + 2_150 - performance.now()
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left))
    else late++
  })
  const request = jobRequest({ additionalData: invoices })
  await deliver(request, 3_000)
  expect(late).toBeGreaterThan(1)
  expect(await job(request.jobId)).toMatchObject({ stalled: 0, fetched: '121' })
})

test('an invocation that is over while the request for the account waits for its limit is a pause', async () => {
  const { deliver, job, sandbox } = await openEnv({ customers: '20' })
  sandbox.fail({ kind: 'error', status: 429, path: '/v1/account' })
  const request = jobRequest({ additionalData: invoices })
  await deliver(request, 1_800)
  expect(await job(request.jobId)).toMatchObject({ status: 'paused', attempt: 0, error: null })
})

/** The invoice with one line, and the rest to be asked for. */
function inPart({ lines: list, ...invoice }: StripeObject) {
  const { data } = list as { data: unknown[] }
  return { ...invoice, lines: { ...Object(list), data: data.slice(0, 1), has_more: true } }
}

test('a page whose nested lists outlast an invocation is asked for in smaller ones, at last of a single item', async () => {
  const { deliver, drain, job, query, sandbox } = await openEnv({
    customers: '25',
    Stripe__EndpointRequestsPerSecond: '8',
  })
  expect(sandbox.expected('invoices').length).toBeGreaterThan(50)
  // Each has lines to be asked for: eight a second.
  const whole = sandbox.fail({
    kind: 'items',
    path: '/v1/invoices',
    items: (all) => all.map(inPart),
  })
  const request = jobRequest({ additionalData: invoices })
  await deliver(request, 1_800)
  expect(await job(request.jobId)).toMatchObject({ status: 'paused', commits: '0' })
  await deliver(request, 1_800)
  await deliver(request, 1_800)
  expect(await job(request.jobId)).toMatchObject({ status: 'paused', attempt: 0, error: null })
  expect(Number((await job(request.jobId))?.commits)).toBeGreaterThan(0)
  whole()
  // Each pause has sent it again.
  await drain({ concurrency: 1 })
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', attempt: 0 })
  const rows = await query('select id from invoices union all select id from invoice_lines')
  const truth = [
    ...sandbox.expected('invoices', true),
    ...sandbox.expectedNested('invoice_lines', true).map(({ row }) => row),
  ]
  expect(rows.map(({ id }) => id).toSorted()).toEqual(truth.map(({ id }) => id).toSorted())
})

test('a long nested list is not asked for in smaller pages but in larger ones, the less a job gets on', async () => {
  const { deliver, job, sandbox } = await openEnv({ customers: '20', Worker__BatchSize: '15' })
  keepLongest(sandbox)
  sandbox.fail({ kind: 'slow-headers', ms: 250, path: lines })
  const request = jobRequest({ additionalData: invoices })
  // Of 120 lines 110 are to be asked for: eight times fifteen, or twice a hundred.
  await deliver(request, 1_800)
  expect(await job(request.jobId)).toMatchObject({ status: 'paused', fetched: '0' })
  await deliver(request, 1_800)
  expect(await job(request.jobId)).toMatchObject({ stalled: 0, fetched: '121' })
})

test('an invocation too short for a single item ends the job in words that say so', async () => {
  const { deliver, job, sandbox } = await openEnv({ customers: '20' })
  sandbox.fail({ kind: 'slow-headers', ms: 2_000, path: '/v1/invoices' })
  const request = jobRequest({ additionalData: invoices })
  for (let n = 0; n < 3; n++) await deliver(request, 900)
  expect(await job(request.jobId)).toMatchObject({
    status: 'failed',
    deliveries: 3,
    error: {
      code: 'stalled',
      message:
        'job: 3 deliveries in a row ended without a commit. The last took 1 s and asked for a single item at a time. Give the function more time, or find out why the provider does not answer, then send the same jobId again.',
      retryable: false,
    },
  })
})
