import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { follow } from '../../src/live/follow.ts'
import { readGauges } from '../../src/schedule/gauges.ts'
import { plantJob } from '../operations/plant-job.ts'
import { plantSchedule } from '../schedule/plant-schedule.ts'
import { collectLog } from '../support/collected-log.ts'
import { openTestDatabase } from '../support/database.ts'

type Columns = Readonly<Record<string, unknown>>

/** A tenant with accounts of one provider that may be disconnected. */
async function openTenant(provider = 'stripe') {
  const { query, worker } = await openTestDatabase()
  const tenantId = randomUUID()
  const of = { tenant_id: tenantId, provider }
  const log = collectLog()
  return {
    worker,
    query,
    account: (account: string, reference: string | null = null) =>
      query(`insert into sync_accounts (tenant_id, provider, account, reference) values ($1, $2, $3, $4)`, [
        tenantId,
        provider,
        account,
        reference,
      ]),
    schedule: (columns: Columns) => plantSchedule(query, { ...of, ...columns }),
    job: (columns: Columns) => plantJob(query, { ...of, ...columns }),
    disconnect: (account: string) =>
      follow(
        { tenantId, provider, account, state: 'active', reference: null, webhookSecrets: [], signedFor: null },
        { kind: 'deauthorized', customer: null },
        { tenant: worker.tenant, log },
      ),
    lines: () => log.lines(),
    async paused() {
      const rows = await query(`select id from sync_schedules where paused_at is not null`)
      return new Set(rows.map(({ id }) => id))
    },
  }
}

test('a disconnected test mode pauses its own schedule and not that of live mode', async () => {
  const { account, schedule, job, disconnect, paused, lines } = await openTenant()
  await account('acct_1', 'ssm:/live')
  await account('acct_1:test', 'ssm:/test')
  await schedule({ account: 'acct_1', reference: 'ssm:/live' })
  const ofTest = await schedule({ account: 'acct_1', reference: 'ssm:/test' })
  const { id } = await job({ account: 'acct_1' })
  await schedule({ account: 'acct_1', reference: 'ssm:/replaced', last_job_id: id })
  await disconnect('acct_1:test')
  expect(await paused()).toEqual(new Set([ofTest.id]))
  expect(lines()).toMatchObject([{ event: 'account_disconnected', account: 'acct_1:test', count: 1 }])
})

test('a schedule that names no account is paused if its last job read the account or the account has its reference', async () => {
  const { account, schedule, job, disconnect, paused } = await openTenant('paypal')
  await account('MERCHANT', 'ssm:/paypal')
  await account('OTHER')
  const { id } = await job({ account: 'MERCHANT', sent_with: { token: 'none' } })
  const configured = await schedule({ last_job_id: id })
  const referred = await schedule({ reference: 'ssm:/paypal' })
  // Its last job is still in the queue, and the one before it read the account.
  await job({ account: 'MERCHANT', sent_with: { token: 'secret', reference: 'ssm:/replaced' } })
  const waiting = await schedule({ reference: 'ssm:/replaced', last_job_id: randomUUID() })
  const other = await job({ account: 'OTHER', sent_with: { token: 'secret', reference: 'ssm:/other' } })
  await schedule({ reference: 'ssm:/other', last_job_id: other.id })
  await schedule({ account: 'OTHER' })
  await disconnect('MERCHANT')
  expect(await paused()).toEqual(new Set([configured.id, referred.id, waiting.id]))
})

test('the log of a disconnected account counts the schedules that a person must look at', async () => {
  const { account, schedule, disconnect, paused, lines } = await openTenant()
  await account('acct_1')
  await account('acct_1:test')
  await schedule({ account: 'acct_1', reference: 'ssm:/new' })
  await schedule({ reference: 'ssm:/new' })
  await schedule({ account: 'acct_2', reference: 'ssm:/new' })
  await disconnect('acct_1')
  expect(await paused()).toEqual(new Set())
  expect(lines()).toMatchObject([
    {
      event: 'account_disconnected',
      count: 0,
      message: expect.stringMatching(
        /No schedule was known to read it\. Active schedules that may read it: 2\. .*schedules list/,
      ),
    },
  ])
})

test('schedules of a disconnected account count as refused, so that an alarm rings', async () => {
  const { account, schedule, disconnect, worker } = await openTenant()
  await account('acct_1')
  await schedule({ account: 'acct_1' })
  await disconnect('acct_1')
  expect((await readGauges({ database: worker })).schedules).toMatchObject({ active: 0, paused: 0, refused: 1 })
})
