import { expect, test } from 'vitest'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'

/* `Search Path` of the connection string says in which schema the tables are. */

test('a worker reads and writes the schema of its search path, and says what to do where it has no tables', async () => {
  const { workerUrl, openWorker, query } = await setup({ sandbox: { customers: 30 } })
  await query('alter schema public rename to "Billing Data"')
  await query('create schema public; grant usage on schema public to public')
  const worker = await openWorker({
    ConnectionStrings__DefaultConnection: `${workerUrl}?sslmode=disable&search_path=%22Billing%20Data%22`,
  })
  const request = jobRequest()
  const again = jobRequest({ tenantId: request.tenantId, additionalData: { sync_type: 'incremental' } })
  for (const message of [request, again])
    expect(await worker.handle(sqsEvent([JSON.stringify(message)]), context(60_000))).toEqual({ batchItemFailures: [] })
  expect(await query('select status, created::int from "Billing Data".sync_jobs order by created desc')).toEqual([
    { status: 'completed', created: 30 },
    { status: 'completed', created: 0 },
  ])
  expect(await query('select count(*)::int as count from "Billing Data".customers')).toEqual([{ count: 30 }])

  const lost = await openWorker()
  const { batchItemFailures } = await lost.handle(sqsEvent([JSON.stringify(jobRequest())]), context(60_000))
  expect(batchItemFailures).toHaveLength(1)
})

test('a worker whose login has row security off keeps tenants apart all the same', async () => {
  const { url, openWorker, query } = await setup({ sandbox: { customers: 10 } })
  await query(`alter database ${new URL(url).pathname.slice(1)} set row_security = off`)
  const worker = await openWorker()
  const [first, second] = [jobRequest(), jobRequest()]
  for (const request of [first, second, jobRequest({ tenantId: first.tenantId })])
    expect(await worker.handle(sqsEvent([JSON.stringify(request)]), context(60_000))).toEqual({ batchItemFailures: [] })
  expect(await query('select status from sync_jobs')).toEqual(
    Array.from({ length: 3 }, () => ({ status: 'completed' })),
  )
  expect(await query('select tenant_id, count(*)::int from customers group by 1 order by 1')).toEqual(
    [first.tenantId, second.tenantId].sort().map((tenant_id) => ({ tenant_id, count: 10 })),
  )
})
