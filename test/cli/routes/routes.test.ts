import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { routeLine } from '../../../src/cli/routes/list.ts'
import { openOperator } from '../jobs/operator-env.ts'

const lines = (stdout: string) => stdout.split('\n').filter((line) => line !== '')

test('a route is added with references, listed, taken by no other account, and removed', async () => {
  const { as, query } = await openOperator()
  const [tenant, other] = [randomUUID(), randomUUID()]
  const add = ['routes', 'add', '--tenant', tenant, '--account', 'acct_1A', '--route', 'acct_1A live']
  const added = await as('superuser', [...add, '--webhook-secret', 'ssm:/a,ssm:/b', '--token', 'acct_1A'])
  expect(added).toMatchObject({ code: 0, stderr: '' })
  await query(`update sync_accounts set state = 'disconnected', state_because = 'gone'`)
  // Without the options the references stay; the account is active again.
  expect(await as('superuser', add)).toMatchObject({ code: 0 })
  const { stdout } = await as('reader', ['routes', 'list', '--json'])
  expect(lines(stdout).map((line) => routeLine.strict().parse(JSON.parse(line)))).toEqual([
    {
      provider: 'stripe',
      route: 'acct_1A live',
      tenantId: tenant,
      account: 'acct_1A',
      signedFor: null,
      state: 'active',
      webhookSecrets: ['ssm:/a', 'ssm:/b'],
      reference: 'acct_1A',
    },
  ])
  const taken = await as('superuser', add.with(3, other))
  expect(taken).toMatchObject({ code: 1, stdout: expect.stringContaining(`belongs to acct_1A of tenant ${tenant}`) })
  expect(await query('select 1 from sync_accounts where tenant_id = $1', [other])).toEqual([])
  const remove = ['routes', 'remove', '--tenant', tenant, '--route', 'acct_1A live']
  expect(await as('superuser', remove.with(3, other))).toMatchObject({ code: 1 })
  expect(await as('superuser', remove)).toMatchObject({ code: 0 })
  expect(await as('superuser', remove)).toMatchObject({ code: 1 })
})

test('a secret on the command line is refused, and the worker’s login may not add a route', async () => {
  const { as, query } = await openOperator()
  const add = ['routes', 'add', '--tenant', randomUUID(), '--account', 'acct_1A', '--route', 'acct_1A live']
  const { code, stderr } = await as('superuser', [...add, '--webhook-secret', 'whsec_abc'])
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('no list of references') })
  expect(stderr).not.toContain('whsec_abc')
  expect(await as('worker', add)).toMatchObject({ code: 1, stderr: expect.stringContaining("Use the tables' owner") })
  expect(await query('select 1 from event_routes')).toEqual([])
})

test('an account without an incremental job gets one of each hour, and what there is stays', async () => {
  const { as, query } = await openOperator()
  const tenant = randomUUID()
  const add = ['routes', 'add', '--tenant', tenant, '--account', 'acct_1A:test', '--route', 'acct_1A test']
  const schedules = () =>
    query('select account, reference, sync_type, every_seconds, next_at > now() as later from sync_schedules')
  const without = await as('superuser', add)
  expect(without).toMatchObject({ code: 0, stdout: expect.stringContaining('no key of the account is known') })
  expect(await schedules()).toEqual([])
  const added = await as('superuser', [...add, '--token', 'ssm:/keys/a'])
  expect(added.stdout).toContain('An incremental job of each hour finds what events miss.')
  const hourly = {
    account: 'acct_1A',
    reference: 'ssm:/keys/a',
    sync_type: 'incremental',
    every_seconds: 3_600,
    later: true,
  }
  expect(await schedules()).toEqual([hourly])
  expect((await as('superuser', add)).stdout).toContain('Its incremental job of each 1 h finds what events miss.')
  await query(`update sync_schedules set paused_at = now(), paused_because = 'on holiday'`)
  expect((await as('superuser', add)).stdout).toContain('Its incremental job is paused (on holiday)')
  expect(await schedules()).toEqual([hourly])
})

test('the configured key of the tenant is enough for the hourly job', async () => {
  const { as, query } = await openOperator()
  const tenant = randomUUID()
  const add = ['routes', 'add', '--tenant', tenant, '--account', 'acct_1A', '--route', 'ed_61A live']
  const { stdout } = await as('superuser', add, { Stripe__ApiKeyTenant: tenant })
  expect(stdout).toContain('An incremental job of each hour finds what events miss.')
  expect(await query('select account, reference from sync_schedules')).toEqual([
    { account: 'acct_1A', reference: null },
  ])
})
