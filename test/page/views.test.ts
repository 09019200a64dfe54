import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { jobStatuses } from '../../src/db/schema.ts'
import { minutesAgo, plantJob } from '../operations/plant-job.ts'
import { plantSchedule, secondsFromNow } from '../schedule/plant-schedule.ts'
import { openTestDatabase } from '../support/database.ts'
import { asWorker } from '../support/postgres.ts'
import { openTestPage } from './page-setup.ts'

const hostile = `"><img src=x onerror=alert(1)><script>alert(1)</script>'`

const progress = (share: number, fetched: number) => ({
  fetched,
  created: fetched,
  updated: 0,
  unchanged: 0,
  rejected: 0,
  share,
})

test('a job of every state is listed, with what its state means', async () => {
  const { job, get } = await openTestPage()
  for (const status of jobStatuses)
    await job({ status, ...(status === 'retrying' && { next_attempt_at: minutesAgo(-5) }) })
  const { status, body } = await get('/')
  expect(status).toBe(200)
  for (const state of jobStatuses) expect(body).toContain(`<strong class="state">${state}</strong>`)
  expect(body).toContain('Another job holds its account.')
  expect(body).toContain('Out of time and sent again.')
  expect(body).toContain('The next attempt is after <time')
  expect(body.match(/<article/g)).toHaveLength(jobStatuses.length)
})

test('bars stand in the order of the resource list, and nothing is said of the total while a size is a guess', async () => {
  const { job, get } = await openTestPage()
  const { id } = await job({
    status: 'running',
    fetched: 300,
    created: 300,
    requests: 7,
    progress: {
      unknown: progress(0.5, 1),
      invoices: progress(0, 0),
      customers: progress(0.25, 250),
      subscriptions: progress(1, 50),
    },
  })
  const { body } = await get('/')
  const names = [...body.matchAll(/<li><span>(\w+)<\/span>/g)].map(([, name]) => name)
  expect(names).toEqual(['customers', 'subscriptions', 'invoices', 'unknown'])
  expect(body).toContain('<span class="share">estimating</span>')
  expect(body).toContain('<span class="share">to come</span>')
  expect(body).toContain('aria-label="customers"')
  expect(body).toContain('<span>300 rows</span>')
  expect(body).toContain('<span>7 requests</span>')
  expect((await get(`/jobs/${id}`)).body).toContain('<td>25 %</td>')
})

test('a total is said once every resource has brought a page', async () => {
  const { job, get } = await openTestPage()
  await job({ status: 'running', progress: { customers: progress(0.5, 100), invoices: progress(0.5, 300) } })
  expect((await get('/')).body).toContain('<span class="share">50 %</span>')
})

test('errors and waits are in words, with what to do', async () => {
  const { job, get } = await openTestPage()
  await job({
    status: 'retrying',
    error: { code: 'provider_unavailable', message: 'stripe: it answered 503.', retryable: true },
    waiting_for: { code: 'rate_limited', message: 'stripe: too many requests (429).' },
    waiting_since: minutesAgo(3),
  })
  await job({
    status: 'failed',
    error: { code: 'key_not_accepted', message: 'stripe: the key is not accepted.', retryable: false },
  })
  const { body } = await get('/')
  expect(body).toContain('stripe: too many requests (429).')
  expect(body).not.toContain('it answered 503')
  expect(body).toContain('It waits since <time')
  expect(body).toContain('stripe: the key is not accepted. <code>key_not_accepted</code>')
  expect(body.match(/What to do:/g)).toHaveLength(2)
})

test('hostile texts of rows and addresses are text on every page, and no secret is shown', async () => {
  const { job, get, query } = await openTestPage()
  const message = `${hostile} sk_live_abcdefghijklmnop`
  const { id, tenant_id: tenant } = await job({
    status: 'failed',
    provider: hostile,
    account: hostile,
    rejected: 1,
    fetched: 1,
    options: { a: message },
    error: { code: hostile, message, retryable: false },
    progress: { [hostile]: progress(0.5, 1) },
    result: {
      note: message,
      resources: {
        [hostile]: {
          ...progress(1, 1),
          skipped: { code: hostile, message },
          proof: {
            until: hostile,
            listed: 1,
            live: 2,
            equal: false,
            differs: [{ month: hostile, listed: 1, live: 2 }],
          },
        },
      },
    },
  })
  await job({
    status: 'running',
    provider: hostile,
    account: hostile,
    lease_owner: hostile,
    lease_until: minutesAgo(1),
    progress: { [hostile]: progress(0.5, 1), b: progress(0.1, 1) },
  })
  await query(
    `insert into sync_rejects (tenant_id, provider, account, resource, item_key, job_id, code, reason, payload) values ($1, $2, $2, $2, $2, $3, $2, $4, 'PAYLOAD')`,
    [tenant, hostile, id, message],
  )
  await query(`insert into sync_accounts (tenant_id, provider, account, mode) values ($1, $2, $2, $2)`, [
    tenant,
    hostile,
  ])
  await plantSchedule(query, {
    tenant_id: tenant,
    provider: hostile,
    account: hostile,
    resources: [hostile],
    paused_at: new Date(),
    paused_because: message,
  })
  const paths = [
    '/',
    `/?tenant=${tenant}`,
    `/jobs/${id}`,
    '/accounts',
    '/schedules',
    `/?tenant=${encodeURIComponent(hostile)}`,
    `/?state=${encodeURIComponent(hostile)}`,
    `/${encodeURIComponent(hostile)}`,
  ]
  for (const path of paths) {
    const { body } = await get(path)
    expect(body, path).toContain('<main')
    expect(body, path).not.toMatch(/<img|<script>|onerror=alert\(1\)>/)
    expect(body, path).not.toMatch(/sk_live_abc|PAYLOAD/)
  }
  const { body } = await get(`/jobs/${id}`)
  expect(body.match(/&lt;img src=x onerror=alert\(1\)&gt;/g)?.length).toBeGreaterThan(8)
  expect(body).toContain('[secret]')
})

test('the list is filtered by tenant and state in the address, and wrong filters are refused in words', async () => {
  const { job, get } = await openTestPage()
  const failed = await job({ status: 'failed' })
  const running = await job({ status: 'running' })
  const same = await job({ status: 'completed', tenant_id: running.tenant_id })
  const listed = async (path: string) =>
    [...(await get(path)).body.matchAll(/<article.*\n.*href="\/jobs\/([^"]+)/g)].map(([, id]) => id)
  expect((await listed('/'))[0]).toBe(running.id)
  expect((await listed('/')).toSorted()).toEqual([running.id, failed.id, same.id].toSorted())
  expect(await listed('/?state=failed')).toEqual([failed.id])
  expect(await listed('/?state=open')).toEqual([running.id])
  expect(await listed(`/?tenant=${running.tenant_id}`)).toEqual([running.id, same.id])
  expect(await listed(`/?tenant=${running.tenant_id}&state=completed`)).toEqual([same.id])
  expect(await listed(`/?state=cancelled`)).toEqual([])
  expect(await get('/?tenant=x')).toMatchObject({
    status: 400,
    body: expect.stringContaining('The tenant must be a UUID.'),
  })
  expect(await get('/?state=x')).toMatchObject({
    status: 400,
    body: expect.stringContaining('The state must be one of open,'),
  })
  expect(await get('/?page=0')).toMatchObject({ status: 400 })
})

test('a long list has pages, with open jobs before those that ended', async () => {
  const { query, get } = await openTestPage()
  await query(`insert into sync_jobs (id, tenant_id, provider, status, sync_type, created_at, finished_at)
    select gen_random_uuid(), gen_random_uuid(), 'stripe', case when n <= 130 then 'paused' else 'cancelled' end, 'full',
      now() - n * interval '1 minute', case when n > 130 then now() end from generate_series(1, 250) as n`)
  const seen: string[] = []
  const states: string[] = []
  for (let path: string | undefined = '/'; path; ) {
    const { body } = await get(path)
    seen.push(...[...body.matchAll(/<article.*\n.*href="\/jobs\/([^"]+)/g)].map(([, id = '']) => id))
    states.push(...[...body.matchAll(/class="state">(\w+)/g)].map(([, state = '']) => state))
    path = /<a href="([^"]+)">older jobs/.exec(body)?.[1]
  }
  expect(new Set(seen).size).toBe(250)
  expect(states).toEqual([...Array<string>(130).fill('paused'), ...Array<string>(120).fill('cancelled')])
})

test('the page of a job has its result, its checks and its timeline', async () => {
  const { job, get } = await openTestPage()
  const { id } = await job({
    status: 'completed',
    deliveries: 3,
    hop: 2,
    attempt: 1,
    waited_ms: 120_000,
    result: {
      note: 'The provider lists no deleted customers.',
      resources: {
        invoices: { ...progress(1, 12), proof: { until: '', listed: 12, live: 12, equal: true, differs: [] } },
        customers: {
          ...progress(1, 1_234),
          rejected: 2,
          proof: {
            until: '',
            listed: 1_234,
            live: 1_230,
            equal: false,
            differs: [{ month: '2026-05', listed: 9, live: 5 }],
          },
        },
        subscriptions: {
          ...progress(1, 0),
          skipped: { code: 'permission_denied', message: 'stripe: the key may not.' },
        },
      },
    },
  })
  const { status, body } = await get(`/jobs/${id}`)
  expect(status).toBe(200)
  const names = [...body.matchAll(/<th scope="row">(\w+)/g)].map(([, name]) => name)
  expect(names).toEqual(['customers', 'subscriptions', 'invoices', 'customers', 'invoices'])
  expect(body).toContain('<td class="">1,234</td>')
  expect(body).toContain('<td class="bad">2</td>')
  expect(body).toContain('skipped: stripe: the key may not. (permission_denied)')
  expect(body).toContain('<td class="bad">no</td><td>2026-05: 9 listed, 5 live</td>')
  expect(body).toContain('The provider lists no deleted customers.')
  expect(body).toContain(
    'Deliveries since: 3 (paused 2 times because time ran out, 1 failed attempts, waited 2 minutes in all).',
  )
  expect(body).toMatch(/It ended as completed, after 9 minutes\./)
  expect(await get('/jobs/7b1f0a34-52c6-4e0d-8a3b-1d2f6c9e5a10')).toMatchObject({ status: 404 })
  expect(await get('/jobs/x')).toMatchObject({ status: 404 })
})

test('accounts have the age of their last success, the oldest first', async () => {
  const { job, get, query } = await openTestPage()
  const old = await job({ account: 'acct_old', finished_at: minutesAgo(3 * 24 * 60 + 5) })
  const late = await job({ account: 'acct_late', sync_type: 'incremental', finished_at: minutesAgo(61) })
  for (const { tenant_id: tenant, account } of [late, old])
    await query(`insert into sync_accounts (tenant_id, provider, account) values ($1, 'stripe', $2)`, [tenant, account])
  const { body } = await get('/accounts')
  expect([...body.matchAll(/stripe (acct_\w+)/g)].map(([, name]) => name)).toEqual(['acct_old', 'acct_late'])
  expect(body).toContain('<td>3 days ago</td><td>none</td>')
  expect(body).toContain('<td>none</td><td>1 hour ago</td>')
})

test('schedules have their state, the next and the last job, and what they spend; those that need a person come first', async () => {
  const { job, get, query } = await openTestPage()
  const done = await job({ status: 'completed' })
  const tenant_id = done.tenant_id
  await plantSchedule(query, {
    tenant_id,
    account: 'acct_active',
    next_at: secondsFromNow(600),
    last_job_id: done.id,
    last_success_at: minutesAgo(5),
    recent_requests: [500, 10, 10],
  })
  await plantSchedule(query, {
    account: 'acct_refused',
    paused_at: new Date(),
    paused_because: '3 jobs in a row were refused. <b>',
    rejects: 3,
  })
  await plantSchedule(query, { account: 'acct_late', next_at: minutesAgo(6), every_seconds: 60, recent_requests: [7] })
  const { body } = await get('/schedules')
  expect([...body.matchAll(/stripe (acct_\w+)/g)].map(([, name]) => name)).toEqual([
    'acct_refused',
    'acct_late',
    'acct_active',
  ])
  for (const state of ['refused', 'late', 'active']) expect(body).toContain(`<strong class="state">${state}</strong>`)
  expect(body).toContain('<small>3 jobs in a row were refused. &lt;b&gt;</small>')
  expect(body).toContain(`<a href="/jobs/${done.id}" class="completed">completed</a>`)
  expect(body).toContain('<td>7,200</td>')
  expect(body).toContain('incremental, every 1 hour')
  expect(body).toMatch(/302,400<br><small>The schedules of this account make about 302400 requests in 30 days\./)
})

test('a row that another version wrote is shown all the same', async () => {
  const { job, get } = await openTestPage()
  const { id } = await job({
    status: 'failed',
    error: { is: 1 },
    progress: { a: 1 },
    result: { resources: [] },
    options: {},
  })
  expect((await get('/')).status).toBe(200)
  expect((await get(`/jobs/${id}`)).status).toBe(200)
})

test('dead letters are counted where the queue tells, and not spoken of elsewhere', async () => {
  expect((await (await openTestPage()).get('/')).body).not.toContain('dead letters')
  const told = await openTestPage({ deadLetters: async () => 3 })
  expect((await told.get('/')).body).toContain('dead letters <b>3</b>')
  const untold = await openTestPage({ deadLetters: async () => null })
  expect((await untold.get('/')).body).not.toContain('dead letters')
})

test('dead letters are named with their reason and job, and it is said which can be sent back', async () => {
  const [jobId, tenantId] = [randomUUID(), randomUUID()]
  const { get } = await openTestPage({
    letters: async () => [
      { messageId: 'm-1', code: 'received_too_often', reason: '<b>12</b> workers', jobId, tenantId, isRedacted: false },
      { messageId: 'm-2', code: '', reason: '', jobId: null, tenantId: null, isRedacted: true },
    ],
  })
  const { body } = await get('/letters')
  expect(body).toContain('1 of 2 can be sent back.')
  const [first = '', second = ''] = [...body.matchAll(/<tr><th scope="row">.*?<\/tr>/g)].map(([row]) => row)
  expect(first).toContain(`<th scope="row">m-1</th><td>&lt;b&gt;12&lt;/b&gt; workers <code>received_too_often</code>`)
  expect(first).toContain(
    `<a href="/jobs/${jobId}">${jobId}</a></td><td><a href="/?tenant=${tenantId}">${tenantId}</a>`,
  )
  expect(first).toContain('<td>yes</td>')
  expect(second).toContain('The worker gave no reason')
  expect(second).toContain('not known</td><td>not known</td><td>no: its secrets were taken out')
})

test('a queue without letters, one that does not answer and none at all are told apart', async () => {
  const sentence = async (letters?: () => Promise<readonly [] | null>) =>
    (await (await openTestPage(letters ? { letters } : {})).get('/letters')).body
  expect(await sentence(async () => [])).toContain('There is no dead letter.')
  expect(await sentence(async () => null)).toContain('The queue does not answer. Load the page again.')
  expect(await sentence()).toContain('The page knows no queue.')
})

test('a page of one tenant shows no other, with the login of the worker', async () => {
  const { url, query } = await openTestDatabase()
  const own = await plantJob(query)
  const other = await plantJob(query)
  const database = parseConnectionString(`${asWorker(url)}?sslmode=disable`)
  const one = await openTestPage({ database, tenantId: own.tenant_id })
  const { body } = await one.get('/')
  expect(body).toContain(own.id)
  expect(body).not.toContain(other.id)
  const none = await openTestPage({ database })
  expect((await none.get('/')).body).toContain('A member of billing_sync_reader sees those of all tenants.')
})
