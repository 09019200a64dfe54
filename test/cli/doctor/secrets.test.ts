import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { checkSecrets } from '../../../src/cli/doctor/secrets.ts'
import { plantSchedule } from '../../schedule/plant-schedule.ts'
import { openTestDatabase } from '../../support/database.ts'
import { asWorker } from '../../support/postgres.ts'
import { collect, configOf, those } from './findings.ts'

/** What the doctor says of secrets with the worker's login, which sees the jobs of no tenant. */
async function openWorkersDoctor() {
  const { url, query } = await openTestDatabase()
  const config = configOf({ ConnectionStrings__DefaultConnection: `${asWorker(url)}?sslmode=disable` })
  return { query, refused: async () => those(await collect(checkSecrets(config)), 'fail') }
}

test('with the worker’s login, the secret of a schedule that cannot be read fails', async () => {
  const { query, refused } = await openWorkersDoctor()
  await plantSchedule(query, { reference: 'ssm:/elsewhere/schedule' })
  await plantSchedule(query, { reference: 'acct_1Connected' })
  expect(await refused()).toEqual([expect.stringMatching(/ssm:\/elsewhere\/schedule does not belong to the tenant/)])
})

test('with the worker’s login, secrets of an account with a route that cannot be read fail', async () => {
  const { query, refused } = await openWorkersDoctor()
  const account = [randomUUID(), 'acct_1A']
  await query(
    `insert into sync_accounts (tenant_id, provider, account, reference, webhook_secrets)
     values ($1, 'stripe', $2, 'ssm:/elsewhere/key', '{ssm:/elsewhere/whsec}')`,
    account,
  )
  await query(
    `insert into event_routes (provider, route, tenant_id, account) values ('stripe', 'acct_1A live', $1, $2)`,
    account,
  )
  expect(await refused()).toEqual([
    expect.stringMatching(/ssm:\/elsewhere\/whsec does not belong to the tenant/),
    expect.stringMatching(/ssm:\/elsewhere\/key does not belong to the tenant/),
  ])
})
