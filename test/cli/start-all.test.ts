import { expect, test } from 'vitest'
import { setup } from '../support/setup.ts'
import { run } from './program.ts'

test('start --provider all syncs a tenant from every provider at once, and shows each job', async () => {
  const { environment: env } = await setup({ sandbox: { customers: 60 } })
  const { code, stdout, stderr } = await run(['start', '--provider', 'all', '--customers', '60'], { env })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const provider of ['stripe', 'square', 'paypal', 'shopify'])
    expect(stdout).toMatch(new RegExp(`\\n {2}${provider} +completed +\\d+ +\\d+ +\\d+ +[\\d.]+ +yes `))
}, 120_000)

test('a provider that is not there is refused with the names of those that are', async () => {
  const { code, stderr } = await run(['start', '--provider', 'none'])
  expect(code).toBe(2)
  expect(stderr).toContain('takes stripe, square, paypal, shopify or all')
})
