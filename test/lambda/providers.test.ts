import { randomUUID } from 'node:crypto'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { sandboxApp } from '../../src/sandbox/paypal/index.ts'
import { createCheckedPayPal, createCheckedShopify, createCheckedSquare } from '../specs/checked-sandbox.ts'
import { setup } from '../support/setup.ts'
import { buildBundle } from './bundle.ts'
import { openLambda } from './lambda.ts'

/*
 * The built bundle reads every provider: the code of each is a file that the handler loads for its jobs only.
 */

let root: string
beforeAll(async () => {
  root = await buildBundle()
})

const paypal = async () => {
  const sandbox = await createCheckedPayPal({ transactions: 200, limits: 'none' })
  const settings = { PayPal__ApiBase: sandbox.url, PayPal__Environment: 'sandbox', PayPal__RequestsPerSecond: '1000' }
  return { sandbox, settings, accessToken: `${sandboxApp.id}:${sandboxApp.secret}` }
}
const square = async () => {
  const sandbox = await createCheckedSquare({ payments: 100, limits: 'none' })
  const settings = { Square__ApiBase: sandbox.url, Square__Environment: 'sandbox', Square__RequestsPerSecond: '1000' }
  return { sandbox, settings, accessToken: 'EAAAEsandboxtoken' }
}
const shopify = async () => {
  const sandbox = await createCheckedShopify({ orders: 50, points: 'none' })
  return { sandbox, settings: { Shopify__ApiBase: sandbox.url }, accessToken: 'sandbox:shpat_sandbox' }
}

type Open = typeof paypal | typeof square | typeof shopify

async function openBundle(open: Open) {
  const { sandbox, settings, accessToken } = await open()
  onTestFinished(() => sandbox.close())
  const { environment, queue, drain, job, query } = await setup({ sandbox: { customers: 1 }, settings })
  const lambda = await openLambda({
    root,
    handler: 'handler.handler',
    env: { ...environment, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  })
  onTestFinished(() => lambda.close())
  const tenantId = randomUUID()
  const run = async (providerName: string, additionalData: object = {}) => {
    const request = { jobId: randomUUID(), tenantId, providerName, accessToken, additionalData }
    await queue.send(JSON.stringify(request))
    await drain({ invoke: lambda.invoke, concurrency: 1 })
    return await job(request.jobId)
  }
  return { run, query }
}

test.each(Object.entries({ paypal, square, shopify }))('a job of %s is done by the bundle', async (name, open) => {
  const { run } = await openBundle(open)
  expect(await run(name)).toMatchObject({ status: 'completed', error: null })
})

test('a forced job loads what removes rows that nothing names', async () => {
  const { run, query } = await openBundle(paypal)
  expect(await run('paypal')).toMatchObject({ status: 'completed', error: null })
  await query(
    `insert into customers select (jsonb_populate_record(row, '{"id": "nobody"}')).* from customers as row limit 1`,
  )
  expect(await run('paypal', { force_refresh: true })).toMatchObject({ status: 'completed', error: null, deleted: '1' })
})
