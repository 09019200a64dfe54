import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { checkProviders } from '../../../src/cli/doctor/providers.ts'
import { checkSecrets } from '../../../src/cli/doctor/secrets.ts'
import type { SandboxOptions } from '../../../src/sandbox/stripe/index.ts'
import { plantJob } from '../../operations/plant-job.ts'
import { createCheckedSquare, openCheckedStripe } from '../../specs/checked-sandbox.ts'
import { openTestDatabase } from '../../support/database.ts'
import { collect, configOf, those } from './findings.ts'

async function open(options: SandboxOptions = {}) {
  const sandbox = await openCheckedStripe({ customers: 3, limits: 'none', ...options })
  onTestFinished(() => sandbox.close())
  return {
    sandbox,
    check: (key: string, more = {}) =>
      collect(
        checkProviders(
          configOf({ Stripe__ApiKey: key, Stripe__ApiBase: sandbox.url, ...more }),
          new AbortController().signal,
        ),
      ),
  }
}

test('a key that may read every default resource is well, and its account is named', async () => {
  const { check, sandbox } = await open()
  const findings = await check('sk_live_sandbox')
  expect(findings).toMatchObject([
    { status: 'ok', message: expect.stringMatching(/^stripe: Stripe.ApiKey is a live key of account acct_\w+$/) },
    { status: 'ok', message: expect.stringMatching(/^stripe: the key may read .*customers.*, events$/) },
  ])
  // One for the account, one for each list.
  expect(sandbox.stats().requests).toBeLessThan(25)
})

test('a resource that the key may not read is a warning, and the others are still asked for', async () => {
  const { check, sandbox } = await open()
  sandbox.fail({ kind: 'missing-scope', path: '/v1/invoices' })
  const findings = await check('rk_live_sandbox')
  expect(those(findings, 'warn')).toEqual([
    expect.stringMatching(
      /^stripe: the key may not read invoices\. .*rak_\w+.* Jobs skip it\. → Give the key the permission/,
    ),
  ])
  expect(those(findings, 'ok').at(-1)).toMatch(/the key may read .*customers/)
})

test('a key that is revoked, has another form or cannot be tried fails', async () => {
  const { check } = await open({ revokedKeys: ['sk_live_revoked'] })
  expect(those(await check('sk_live_revoked'), 'fail')).toEqual([expect.stringMatching(/not accepted.* → \S/)])
  expect(those(await check('no-key'), 'fail')).toEqual([expect.stringMatching(/has not the form of a Stripe key/)])
  const unreachable = await check('sk_live_sandbox', { Stripe__ApiBase: 'http://127.0.0.1:1' })
  expect(those(unreachable, 'fail')).toEqual([expect.stringMatching(/ECONNREFUSED.* → \S/)])
})

test('a key that may not ask for its account is a warning, and so is one that no tenant uses', async () => {
  const { check } = await open({ restrictedAccount: true })
  expect(those(await check('rk_live_sandbox'), 'warn')).toEqual([
    expect.stringMatching(/may not ask for its account → Give it the right/),
  ])
  const square = await createCheckedSquare({})
  onTestFinished(() => square.close())
  const environment = { Square__AccessToken: 'EAAAsandbox', Square__ApiBase: square.url }
  const findings = await collect(checkProviders(configOf(environment), new AbortController().signal))
  expect(those(findings, 'warn')).toEqual([
    'square: Square.AccessToken is used for no tenant → Name its tenant in Square.AccessTokenTenant, or leave the key out.',
  ])
  expect(those(findings, 'ok').at(-1)).toMatch(/^square: the key may read .*payments/)
})

test('secrets of the newest jobs that cannot be read fail, and no value is shown', async () => {
  const { url, query } = await openTestDatabase()
  const config = configOf({ ConnectionStrings__DefaultConnection: `${url}?sslmode=disable` })
  expect(those(await collect(checkSecrets(config)), 'ok')).toHaveLength(1)
  await plantJob(query, { sent_with: { token: 'secret', reference: 'ssm:/elsewhere/stripe' }, tenant_id: randomUUID() })
  expect(those(await collect(checkSecrets(config)), 'fail')).toEqual([
    expect.stringMatching(/ssm:\/elsewhere\/stripe does not belong to the tenant.* → \S/),
  ])
})
