import { expect, test } from 'vitest'
import { follow, openTestPage } from './page-setup.ts'

test('a step of a job is sent to those who look on, and only what changed', async () => {
  const { job, query, address } = await openTestPage()
  const running = await job({ status: 'running', fetched: 0, created: 0 })
  const other = await job({ status: 'completed' })
  const looking = follow(address, '/')
  await looking.part(`job-${running.id}`, /0 rows/)
  expect(looking.events[0]?.data.order).toEqual(
    expect.arrayContaining(['totals', `job-${running.id}`, `job-${other.id}`]),
  )
  await query(`update sync_jobs set fetched = 4321, created = 4321 where id = $1`, [running.id])
  await query(`notify sync_jobs, '{}'`)
  await looking.part(`job-${running.id}`, /4,321 rows/)
  expect(looking.events.slice(1).flatMap(({ data }) => Object.keys(data.parts ?? {}))).not.toContain(`job-${other.id}`)
})

test('without an announcement, as through a pooler, the page polls', async () => {
  const { job, query, address } = await openTestPage()
  const looking = follow(address, '/?state=failed')
  await looking.part('none', /No such job/)
  const failed = await job({ status: 'failed' })
  await looking.part(`job-${failed.id}`, /key_not_accepted/)
  await query(`update sync_jobs set error = '{"code":"timeout","message":"it took too long","retryable":false}'`)
  await looking.part(`job-${failed.id}`, /it took too long/)
})

test('a database that goes away is said, and comes back', async () => {
  const { job, query, address } = await openTestPage()
  await job({ status: 'running' })
  const looking = follow(address, '/')
  await looking.part('totals', /running <b>1/)
  const before = looking.events.length
  await query(`alter table sync_jobs rename to gone`)
  await looking.event('trouble')
  await query(`alter table gone rename to sync_jobs`)
  await looking.part('totals', /running <b>1/, before)
})

test('connections of the page that the server cuts are opened again, its listening one too', async () => {
  const { job, query, address, get } = await openTestPage()
  const looking = follow(address, '/')
  await looking.part('none', /No worker has seen a job yet/)
  await query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'page' and datname = current_database()`,
  )
  const { id } = await job({ status: 'running' })
  await looking.part(`job-${id}`, /running/)
  expect((await get('/')).status).toBe(200)
})

test('no more browsers look on at once than the limit, and another site none', async () => {
  const { address, get } = await openTestPage()
  const looking = Array.from({ length: 64 }, (_, at) => follow(address, `/?page=${1 + (at % 3)}`))
  for (const { status } of looking) expect(await status()).toBe(200)
  expect(await get('/events/')).toMatchObject({ status: 503, headers: { 'retry-after': '10' } })
  looking[0]?.close()
  let again = follow(address, '/')
  while ((await again.status()) === 503) again = follow(address, '/')
  expect(await get('/events/', { 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 })
})

test('the last state is shown before the page ends', async () => {
  const { job, query, address, close } = await openTestPage()
  const { id } = await job({ status: 'running' })
  const looking = follow(address, '/')
  await looking.part(`job-${id}`, /running/)
  await query(`update sync_jobs set status = 'cancelled', finished_at = now(), lease_owner = null, lease_until = null`)
  await close()
  await looking.part(`job-${id}`, /cancelled/)
})
