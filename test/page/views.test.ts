import { expect, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { minutesAgo, plantJob } from '../operations/plant-job.ts'
import { plantSchedule, secondsFromNow } from '../schedule/plant-schedule.ts'
import { openTestDatabase } from '../support/database.ts'
import { asWorker } from '../support/postgres.ts'
import { openTestPage, progress } from './page-setup.ts'

const hostile = `"><img src=x onerror=alert(1)><script>alert(1)</script>'`

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

test('accounts have the age of their last success, the oldest first, and whether their live events are silent', async () => {
  const { job, get, query } = await openTestPage()
  const old = await job({ account: 'acct_old', finished_at: minutesAgo(3 * 24 * 60 + 5) })
  const late = await job({ account: 'acct_late', sync_type: 'incremental', finished_at: minutesAgo(61) })
  for (const { tenant_id: tenant, account } of [late, old])
    await query(`insert into sync_accounts (tenant_id, provider, account) values ($1, 'stripe', $2)`, [tenant, account])
  await plantSchedule(query, {
    tenant_id: late.tenant_id,
    account: 'acct_late',
    last_job_id: late.id,
    events_silent_since: minutesAgo(90),
  })
  const { body } = await get('/accounts')
  expect(body).toMatch(/acct_late.*No live event came since <time[^>]*>[^<]+<.time>, though jobs found new objects\./)
  expect(body.match(/No live event came/g)).toHaveLength(1)
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
  await plantSchedule(query, {
    account: 'acct_late',
    next_at: minutesAgo(6),
    every_seconds: 60,
    recent_requests: [7],
    auto: true,
    events_silent_since: minutesAgo(90),
  })
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
  expect(body).toMatch(/No live event came since <time[^>]*>[^<]+<.time>, though jobs found new objects\./)
  expect(body).toContain('incremental, every 1 hour<')
  expect(body).toContain('incremental, every 1 minute, chosen by its requests<')
  expect(body).toMatch(/302,400<br><small>The schedules of this account make about 302400 requests in 30 days\./)
})

test('a page of one tenant shows no other, with the login of the worker', async () => {
  const { url, query } = await openTestDatabase()
  const job = await plantJob(query)
  const other = await plantJob(query)
  const database = parseConnectionString(`${asWorker(url)}?sslmode=disable`)
  const tenantPage = await openTestPage({ database, tenantId: job.tenant_id })
  const { body } = await tenantPage.get('/')
  expect(body).toContain(job.id)
  expect(body).not.toContain(other.id)
  const none = await openTestPage({ database })
  expect((await none.get('/')).body).toContain('A member of billing_sync_reader sees those of all tenants.')
})
