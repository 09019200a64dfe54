import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { expectCopy } from '../support/expected.ts'
import { openPostgresProxy } from '../support/postgres-proxy.ts'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'

/*
 * Connections too short-lived for the commit of all tables at once.
 */

afterEach(() => vi.restoreAllMocks())

test('a job completes with exact rows although every connection breaks after a dozen statements', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const { url, openWorker, job, query, sandbox } = await setup({ sandbox: { customers: 40 } })
  const proxy = await openPostgresProxy(url)
  const worker = await openWorker({ ConnectionStrings__DefaultConnection: proxy.url, Worker__BatchSize: '20' })
  let statements = 0
  let cuts = 0
  proxy.decide(() => {
    if (++statements % 12 > 0) return 'pass'
    return cuts++ % 2 === 0 ? 'cut-before' : 'cut-after'
  })
  const request = jobRequest({ additionalData: { resources: undefined } })
  await worker.handle(sqsEvent([JSON.stringify(request)]), context(900_000))
  expect(cuts).toBeGreaterThan(10)
  const row = await job(request.jobId)
  expect(row).toMatchObject({ status: 'completed', attempt: 0, deliveries: 1, updated: '0', rejected: '0' })
  expect(row?.created).toBe(row?.fetched)
  await expectCopy(query, sandbox, request.tenantId)
})

test('rows that Postgres refuses are found although every connection breaks before the search ends', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const { url, openWorker, job, query, sandbox } = await setup({ sandbox: { customers: 100 } })
  const bad = [3, 50, 51].map((at) => sandbox.expected('customers')[at]!.id).toSorted()
  await query(`alter table customers add constraint mine check (id not in ('${bad.join("', '")}'))`)
  const proxy = await openPostgresProxy(url)
  const worker = await openWorker({ ConnectionStrings__DefaultConnection: proxy.url })
  let statements = 0
  proxy.decide(() => (++statements % 15 > 0 ? 'pass' : 'cut-before'))
  const request = jobRequest()
  await worker.handle(sqsEvent([JSON.stringify(request)]), context(900_000))
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', created: '97', rejected: '3', attempt: 0 })
  expect(await query('select item_key from sync_rejects order by 1')).toEqual(bad.map((key) => ({ item_key: key })))
})

test('a delivery that ends while it waits for the database pauses its job and spends no attempt', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0.5)
  const { url, openWorker, job, query } = await setup({ sandbox: { customers: 20 } })
  const proxy = await openPostgresProxy(url)
  const worker = await openWorker({ ConnectionStrings__DefaultConnection: proxy.url })
  let away = true
  proxy.decide((_, __, statement) =>
    away && /update "sync_jobs" set.*"checkpoint" = /.test(statement) ? 'cut-before' : 'pass',
  )
  // One page and no more: the job is to be completed, which takes its checkpoint away.
  const request = jobRequest()
  const event = sqsEvent([JSON.stringify(request)])
  expect(await worker.handle(event, context(1_500))).toEqual({ batchItemFailures: [] })
  expect(await job(request.jobId)).toMatchObject({ status: 'paused', attempt: 0, stalled: 1 })
  away = false
  await worker.handle(event, context(60_000))
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', attempt: 0, created: '20' })
  expect(await query('select count(*)::int as count from customers')).toEqual([{ count: 20 }])
})
