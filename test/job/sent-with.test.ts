import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../support/database.ts'
import { jobRequest, setup } from '../support/setup.ts'

const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const secret = `arn:aws:secretsmanager:eu-central-1:123456789012:secret:billing-sync/${tenantId}/stripe#apiKey`

test.each<[string, object, object]>([
  ['a plain key', { accessToken: 'sk_live_sandbox' }, { token: 'key' }],
  ['no token', { accessToken: undefined }, { token: 'none' }],
  ['a named account', { accessToken: undefined, account: 'acct_1' }, { token: 'none', account: 'acct_1' }],
  ['a reference', { accessToken: secret }, { token: 'secret', reference: secret }],
  ['a broken reference', { accessToken: 'ssm:no-slash' }, { token: 'key' }],
  ['a reference that holds a key', { accessToken: 'ssm:/sk_live_51abcdefgh' }, { token: 'key' }],
  ['a connected account', { accessToken: 'acct_1ABC' }, { token: 'account', reference: 'acct_1ABC' }],
  ['an account of another provider', { accessToken: 'acct_1ABC', providerName: 'square' }, { token: 'key' }],
  [
    'a merchant',
    { accessToken: 'merchant:ABCDE12345', providerName: 'paypal' },
    { token: 'account', reference: 'merchant:ABCDE12345' },
  ],
  [
    'a client and its secret',
    { accessToken: 'ABCDEFGHIJK:secretsecretsecret', providerName: 'paypal' },
    { token: 'key' },
  ],
  ['a token of an unknown provider', { accessToken: 'acct_1ABC', providerName: 'nobody' }, { token: 'key' }],
])('the row of a job keeps how its message named its credentials: %s', async (_, fields, sentWith) => {
  const { deliver, job, queue } = await setup({ settings: { Worker__MaxRetries: '0' } })
  const request = jobRequest({ tenantId, ...fields })
  await deliver(request)
  expect((await job(request.jobId))?.sent_with).toEqual(sentWith)
  expect(await queue.deadLetters()).toEqual([])
})

test('a later message with another token replaces what the row keeps, and one that cannot be read does not', async () => {
  const { deliver, job } = await setup({ settings: { Worker__MaxRetries: '5' } })
  const request = jobRequest({ tenantId, accessToken: secret })
  await deliver(request)
  expect((await job(request.jobId))?.sent_with).toMatchObject({ token: 'secret' })
  await deliver({ ...request, accessToken: 'acct_1ABC' })
  expect((await job(request.jobId))?.sent_with).toMatchObject({ token: 'account' })
})

test('no column of any table has a key that messages were sent with', async () => {
  const { deliver, query } = await setup({ settings: { Worker__MaxRetries: '0', Worker__OutageMinutes: '0' } })
  const sent = {
    stripe: ['sk_live_sandbox', 'sk_test_1234567890abcdef', 'whatever-1234567890'],
    shopify: ['shpat_1234567890abcdef'],
    paypal: ['ABCDEFGHIJKLMN-secret'],
    nobody: ['EAAAl1234567890abcdef'],
  }
  for (const [providerName, keys] of Object.entries(sent))
    for (const accessToken of keys) await deliver(jobRequest({ tenantId, accessToken, providerName }))
  expect(await query(`select distinct sent_with from sync_jobs`)).toEqual([{ sent_with: { token: 'key' } }])
  const tables = await query<{ name: string }>(
    `select oid::regclass::text as name from pg_class where relkind = 'r' and relnamespace in ('public'::regnamespace, 'billing_sync'::regnamespace)`,
  )
  expect(tables.length).toBeGreaterThan(20)
  for (const { name } of tables) {
    const holding = `select key from unnest($1::text[]) as key where exists (select from ${name} as t where strpos(t::text, key) > 0)`
    expect(await query(holding, [Object.values(sent).flat()]), name).toEqual([])
  }
})

test.each([
  { token: 'key', reference: 'sk_live_1234567890' },
  { token: 'none', reference: 'x' },
  { token: 'secret', reference: 'sk_live_1234567890' },
  { token: 'secret' },
  { token: 'account', reference: 'EAAAl1234567890abcdef' },
  { token: 'sk_live_1234567890' },
  { accessToken: 'sk_live_1234567890' },
  { token: 'none', account: 'a key' },
  { token: 'none', apiKey: 'sk_live_1234567890' },
])('the table refuses a row that keeps anything else: %j', async (sentWith) => {
  const { query } = await openTestDatabase()
  const insert = `insert into sync_jobs (id, tenant_id, provider, sync_type, sent_with) values ($1, $2, 'stripe', 'full', $3)`
  await expect(query(insert, [randomUUID(), randomUUID(), sentWith])).rejects.toMatchObject({
    code: '23514',
    constraint: 'sync_jobs_sent_without_key',
  })
})
