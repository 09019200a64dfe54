import { expect, test } from 'vitest'
import { resources } from '../../src/providers/stripe/resources/index.ts'
import { exceptions, usedExceptions } from '../specs/exceptions.ts'
import { checkStripeRequest } from '../specs/stripe.ts'
import { jobRequest, setup } from '../support/setup.ts'

const now = Date.UTC(2026, 9, 1) / 1_000

test("every request that the worker makes is one of Stripe's specification, parameter by parameter", async () => {
  const { deliver, job, sandbox } = await setup({ sandbox: { customers: 60, now } })
  const { tenantId } = jobRequest()
  const sync = async (additional: object) => {
    const request = jobRequest({ tenantId, additionalData: { resources: undefined, ...additional } })
    expect(await deliver(request)).toEqual({ batchItemFailures: [] })
    expect(await job(request.jobId)).toMatchObject({ status: 'completed', error: null })
  }
  await sync({ sync_type: 'full' })
  sandbox.simulate(12, { perDay: 20 })
  await sync({ sync_type: 'incremental' })
  for (const { id } of sandbox.expected('customers').slice(0, 10)) sandbox.remove('customers', id)
  await sync({ sync_type: 'full', resources: resources.map(({ name }) => name) })

  const wrong = sandbox.requests.flatMap(({ method, path, url }) =>
    checkStripeRequest(method, path, new URL(url, sandbox.url).searchParams),
  )
  expect(wrong).toEqual([])
  const unknownCalls = exceptions.filter(
    // Objects that are asked for by id are in providers/stripe-by-name.
    ({ vendor, in: place, operation }) => vendor === 'stripe' && place === 'call' && !operation.endsWith('/{id}'),
  )
  expect([...usedExceptions]).toEqual(expect.arrayContaining(unknownCalls))
  const operations = Object.keys(sandbox.stats().perEndpoint)
  expect(operations).toEqual(expect.arrayContaining(['GET /v1/events', 'GET /v1/customers/:id', 'GET /v1/account']))
})
