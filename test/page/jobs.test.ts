import { expect, test } from 'vitest'
import { jobStatuses } from '../../src/db/schema.ts'
import { minutesAgo } from '../operations/plant-job.ts'
import { openTestPage, progress } from './page-setup.ts'

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
    deleted: 1_200,
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
  expect(body).toContain('<span>1,200 deleted</span> <span>7 requests</span>')
  expect((await get(`/jobs/${id}`)).body).toContain('<td>25 %</td>')
})

test('a provider is asked for its order once, however many jobs are shown', async () => {
  const requests: string[] = []
  const resources = async (provider: string) => {
    requests.push(provider)
    return ['customers']
  }
  const { job, get } = await openTestPage({ resources })
  for (let n = 0; n < 3; n++) await job({ status: 'running' })
  for (let n = 0; n < 2; n++) expect((await get('/')).status).toBe(200)
  expect(requests).toEqual(['stripe'])
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

test('the timeline has a line for each delivery, with how it ended', async () => {
  const { job, get } = await openTestPage()
  const began = '2026-11-29T01:00:00.000+00:00'
  const { id } = await job({
    status: 'retrying',
    timeline: JSON.stringify([
      {
        began,
        ended: '2026-11-29T01:15:00+00:00',
        how: 'paused',
        fetched: 1_200,
        requests: 13,
        commits: 4,
        worker: 'a',
      },
      { began: '2026-11-29T01:16:00Z', ended: '2026-11-29T01:16:05Z', how: 'retrying', code: 'provider_unavailable' },
      { began: '2026-11-29T01:17:00Z' },
      { how: 'unheard of' },
    ]),
  })
  const { body } = await get(`/jobs/${id}`)
  const lines = [...body.matchAll(/<li>(<time[^>]*>[^<]*<.time> <span><strong>Delivery.*?)<.li>/g)].map(
    ([, line = '']) => line.replaceAll(/<[^>]*>/g, ''),
  )
  expect(lines).toEqual([
    '2026-11-29 01:00:00 UTC Delivery until 2026-11-29 01:15:00 UTC, 15 minutes. Time ran out: the job was paused and sent again. 1,200 rows fetched, 13 requests, 4 commits, by a',
    '2026-11-29 01:16:00 UTC Delivery until 2026-11-29 01:16:05 UTC, 5 seconds. The attempt failed (provider_unavailable), and another followed. 0 rows fetched, 0 requests, 0 commits',
  ])
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
