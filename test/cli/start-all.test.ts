import { expect, onTestFinished, test } from 'vitest'
import { chargebeeToken, openChargebee } from '../../src/sandbox/custom/chargebee.ts'
import { manifestAt, temporaryFile } from '../providers/custom/example-manifest.ts'
import { setup } from '../support/setup.ts'
import { run } from './program.ts'

test('start --provider all syncs a tenant from every provider at once, and shows each job', async () => {
  const { environment: env } = await setup({ sandbox: { customers: 60 } })
  const { code, stdout, stderr } = await run(['start', '--provider', 'all', '--customers', '60'], { env })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const provider of ['stripe', 'square', 'paypal', 'shopify', 'chargebee'])
    expect(stdout).toMatch(new RegExp(`\\n {2}${provider} +completed +\\d+ +\\d+ +\\d+ +[\\d.]+ +yes `))
})

test('verify agrees with the example of a custom provider, whose token is not shown', async () => {
  const { environment: env } = await setup({ sandbox: { customers: 1 } })
  const args = ['--provider', 'chargebee', '--customers', '300', '--latency', '0']
  const started = await run(['start', ...args, '--resources', 'all'], { env })
  expect({ code: started.code, stderr: started.stderr }).toEqual({ code: 0, stderr: '' })
  expect(started.stdout).toContain('"accessToken":"(not shown)"')
  expect(started.stdout).not.toContain('secretsecret')
  const verified = await run(['verify', ...args], { env })
  expect({ code: verified.code, stderr: verified.stderr }).toEqual({ code: 0, stderr: '' })
  for (const resource of ['customers', 'contacts', 'subscriptions', 'invoice_lines', 'comments'])
    expect(verified.stdout).toMatch(new RegExp(`\\n {2}${resource} .* yes`))
})

test('a custom provider of the configuration is started with its own token', async () => {
  const server = await openChargebee({ customers: 20 })
  onTestFinished(server.close)
  const changed = { name: 'acme', baseUrl: `${server.url}/api/v2` }
  const manifest = manifestAt('examples/custom-providers/chargebee.json', changed)
  const settings = { Providers__Manifests: temporaryFile('acme.json', manifest) }
  const { environment } = await setup({ sandbox: { customers: 1 }, settings })
  const env = { ...environment, ...settings, ACME_TOKEN: chargebeeToken }
  const without = await run(['start', '--provider', 'acme'], { env })
  expect(without.code).not.toBe(0)
  expect(without.stderr).toContain('name that with --token-env')
  const args = ['--provider', 'acme', '--token-env', 'ACME_TOKEN']
  const started = await run(['start', ...args], { env })
  expect({ code: started.code, stderr: started.stderr }).toEqual({ code: 0, stderr: '' })
  expect(started.stdout).not.toContain('secretsecret')
  const verified = await run(['verify', ...args], { env })
  expect({ code: verified.code, stderr: verified.stderr }).toEqual({ code: 0, stderr: '' })
})

test('a provider that is not there is refused with the names of those that are', async () => {
  const { code, stderr } = await run(['start', '--provider', 'none'])
  expect(code).toBe(2)
  expect(stderr).toContain('takes stripe, square, paypal, shopify, chargebee or all, not "none".')
})
