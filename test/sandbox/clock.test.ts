import { expect, test } from 'vitest'
import { openSandbox } from '../../src/sandbox/stripe/index.ts'
import { setup } from './support.ts'

const populatedUntil = Date.UTC(2026, 0, 1) / 1_000
const realNow = () => Math.floor(Date.now() / 1_000)

test('the clock runs in real time unless a test fixes it', async () => {
  const before = realNow()
  const sandbox = await openSandbox({ customers: 1 })
  const { headers } = await fetch(`${sandbox.url}/v1/customers`, { headers: { authorization: 'Bearer sk_test_clock' } })
  await sandbox.close()
  const date = Date.parse(headers.get('date') ?? '') / 1_000
  expect(date).toBeGreaterThanOrEqual(before)
  expect(date).toBeLessThanOrEqual(realNow())
})

test('a history that ends at a constant time has the same objects at every start, though the clock runs', async () => {
  const options = { customers: 200, populatedUntil, limits: 'none' } as const
  const [first, second] = [await openSandbox(options), await openSandbox(options)]
  second.advance(86_400)
  for (const resource of ['customers', 'subscriptions', 'invoices', 'balance_transactions'] as const)
    expect(JSON.stringify(second.expected(resource))).toBe(JSON.stringify(first.expected(resource)))
  expect(Math.max(...first.expected('invoices').map(({ created }) => Number(created)))).toBeLessThan(populatedUntil)
  expect(first.now()).toBeGreaterThanOrEqual(realNow() - 1)
  await Promise.all([first.close(), second.close()])
})

test('a clock behind the end of the history starts there, so that no object is created in the future', async () => {
  const sandbox = await setup({ now: populatedUntil - 500, populatedUntil })
  expect(sandbox.now()).toBe(populatedUntil)
})
