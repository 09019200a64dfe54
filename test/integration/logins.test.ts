import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { collectLog } from '../support/collected-log.ts'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'

test('a worker whose login owns the tables says so with each job, and works', async () => {
  const log = collectLog()
  const { query, openWorker, workerUrl, deliver, job } = await setup({ log, sandbox: { customers: 5 } })
  const warned = () => log.lines().filter(({ code }) => code === 'login_owns_tables')
  await deliver(jobRequest())
  expect(warned()).toEqual([])
  const owner = `owner_${randomUUID().slice(0, 8)}`
  await query(`create role ${owner} login in role billing_sync_worker`)
  await query(`alter table sync_jobs owner to ${owner}`)
  const url = new URL(workerUrl)
  url.username = owner
  const worker = await openWorker({ ConnectionStrings__DefaultConnection: `${url.href}?sslmode=disable` })
  const request = jobRequest()
  await worker.handle(sqsEvent([JSON.stringify(request)]), context(60_000))
  expect(warned()).toMatchObject([
    {
      level: 'warn',
      event: 'login_owns_tables',
      message: expect.stringMatching(/Give the worker a login that is only a member/),
    },
  ])
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', created: '5' })
})
