import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { accountLine } from '../../src/cli/accounts.ts'
import { jobRequest, setup } from '../support/setup.ts'
import { openOperator } from './jobs/operator-env.ts'
import { run } from './program.ts'

const parse = (stdout: string) =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => accountLine.strict().parse(JSON.parse(line)))

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)

test('accounts lists each account with the ages of its last full and incremental success, the stalest first', async () => {
  const { as, job, query } = await openOperator()
  const [tenant, other] = [randomUUID(), randomUUID()]
  const insert = `insert into sync_accounts (tenant_id, provider, account, mode) values ($1, 'stripe', $2, 'live')`
  for (const [provider, name] of [
    [tenant, 'acct_1'],
    [tenant, 'acct_2'],
    [other, 'acct_1'],
  ])
    await query(insert, [provider, name])
  const done = (account: string, sync_type: string, hours: number, tenant_id = tenant) =>
    job({ tenant_id, account, sync_type, finished_at: hoursAgo(hours), created_at: hoursAgo(hours + 1) })
  await done('acct_1', 'full', 50)
  await done('acct_1', 'full', 26)
  await done('acct_1', 'incremental', 2)
  await done('acct_1', 'full', 1, other)
  const failed = await job({ tenant_id: tenant, account: 'acct_1', status: 'failed', created_at: new Date() })
  await query(
    `insert into sync_cursors (tenant_id, provider, account, resource, cursor, job_id, refused_at) values
     ($1, 'stripe', 'acct_1', 'customers', '2026-11-02', $2, null), ($1, 'stripe', 'acct_1', 'invoices', '2026-11-03', $2, null),
     ($1, 'stripe', 'acct_1', 'payouts', '2026-11-01', $2, now())`,
    [tenant, failed.id],
  )
  const { code, stdout, stderr } = await as('reader', ['accounts', '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = parse(stdout)
  expect(lines.map(({ tenantId, account }) => [tenantId, account])).toEqual([
    [tenant, 'acct_2'],
    [tenant, 'acct_1'],
    [other, 'acct_1'],
  ])
  expect(lines[1]).toMatchObject({
    mode: 'live',
    cursor: '2026-11-02T00:00:00Z',
    lastJob: { jobId: failed.id, status: 'failed', error: { code: 'key_not_accepted' } },
    rows: null,
  })
  const ages = lines.map(({ lastFullAge, lastIncrementalAge }) =>
    [lastFullAge, lastIncrementalAge].map((age) => age && Math.round(age / 3_600)),
  )
  expect(ages).toEqual([
    [null, null],
    [26, 2],
    [1, null],
  ])
  const table = await as('worker', ['accounts', '--tenant', tenant, '--account', 'acct_1'])
  expect(table.stdout).toMatch(/acct_1 .* 1 d 2 h ago +2 h ago +2026-11-02T00:00:00Z +failed +key_not_accepted\n/)
  expect((await as('worker', ['accounts'])).stdout).toContain("sees one tenant's rows at a time")
})

test('accounts shows what its last job waits for, unless that job was ended by SQL alone', async () => {
  const { job, query, as } = await openOperator()
  const waits = {
    waiting_for: { code: 'provider_unavailable', message: 'stripe: Stripe failed.' },
    waiting_since: new Date(),
  }
  const tenant = randomUUID()
  await query(
    `insert into sync_accounts (tenant_id, provider, account, mode) values ($1, 'stripe', 'acct_1', 'live')`,
    [tenant],
  )
  await job({ tenant_id: tenant, account: 'acct_1', status: 'paused', ...waits })
  const lastJob = async () => parse((await as('worker', ['accounts', '--json', '--tenant', tenant])).stdout)[0]?.lastJob
  expect(await lastJob()).toMatchObject({ status: 'paused', error: { code: 'provider_unavailable' } })
  await query(`update sync_jobs set status = 'cancelled', finished_at = now(), lease_owner = null, lease_until = null`)
  expect(await lastJob()).toMatchObject({ status: 'cancelled', error: null })
})

test('accounts --rows counts the live rows of each table', async () => {
  const parts = await setup({ sandbox: { customers: 5 } })
  const request = jobRequest()
  await parts.deliver(request)
  await parts.query(`update customers set deleted_at = now() where id = (select min(id) from customers)`)
  const env = { ConnectionStrings__DefaultConnection: `${parts.workerUrl}?sslmode=disable` }
  const { stdout } = await run(['accounts', '--rows', '--json', '--tenant', request.tenantId], { env })
  expect(parse(stdout)).toMatchObject([{ rows: { customers: 4 }, lastJob: { status: 'completed', error: null } }])
})
