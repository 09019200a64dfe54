import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { jobLine } from '../../../src/cli/jobs/job-json.ts'
import { jobRequest, setup } from '../../support/setup.ts'
import { renderTerminal, start, startOnTerminal } from '../program.ts'
import { openOperator } from './operator-env.ts'

test('jobs watch draws the bars of a running job that another process works on, and its report at the end', async () => {
  const parts = await setup({ sandbox: { customers: 400, latencyMs: 40 } })
  const request = jobRequest({ additionalData: { resources: ['customers', 'products'] } })
  await parts.queue.send(JSON.stringify(request))
  const drained = parts.drain()
  await expect.poll(() => parts.job(request.jobId), { timeout: 120_000 }).toBeDefined()
  const env = { ConnectionStrings__DefaultConnection: `${parts.workerUrl}?sslmode=disable` }
  const words = ['jobs', 'watch', request.jobId, '--tenant', request.tenantId]
  const watching = startOnTerminal(words, 24, { env })
  await drained
  const { code, stdout } = await watching.ended
  const screen = renderTerminal(stdout).join('\n')
  expect(code).toBe(0)
  expect(screen).toMatch(/█{24} 100 % +\d+ rows .* requests/)
  expect(screen).toMatch(/status +completed/)
  expect(screen).toMatch(/resources\n[\s\S]*customers +400 /)
})

test('jobs watch --json writes a line for each change, on a connection that announces nothing too', async () => {
  const { startAs, job, query } = await openOperator()
  const { id } = await job({ status: 'running' })
  const watching = startAs('reader', ['jobs', 'watch', id, '--json'])
  await watching.seen(/running/)
  // Written without a notification: the command looks by itself.
  await query(`update sync_jobs set fetched = 7, created = 7`)
  await watching.seen(/"fetched":7/)
  await query(`update sync_jobs set status = 'cancelled', finished_at = now(), lease_owner = null, lease_until = null`)
  const { code, stdout } = await watching.ended
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => jobLine.strict().parse(JSON.parse(line)))
  expect(lines.map(({ status, fetched }) => [status, fetched])).toEqual([
    ['running', 0],
    ['running', 7],
    ['cancelled', 7],
  ])
  expect(code).toBe(1)
})

test('jobs watch without a job follows all open jobs, also those that begin later, and ends with the last', async () => {
  const { environment, job, query } = await openOperator()
  await job({ status: 'completed' })
  const [first, second] = [await job({ status: 'running', account: 'acct_first' }), randomUUID()]
  const watching = start(['jobs', 'watch', '--json'], { env: environment('reader') })
  await watching.seen(new RegExp(first.id))
  await job({ id: second, status: 'paused', account: 'acct_second' })
  await watching.seen(new RegExp(second))
  await query(
    `update sync_jobs set status = 'completed', result = '{}', finished_at = now(), lease_owner = null, lease_until = null
     where finished_at is null`,
  )
  const { code, stdout } = await watching.ended
  expect(code).toBe(0)
  expect(
    new Set(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).jobId),
    ),
  ).toEqual(new Set([first.id, second]))
  const { ended } = start(['jobs', 'watch'], { env: environment('reader') })
  expect(await ended).toEqual({ code: 0, stdout: 'No job is open.\n', stderr: '' })
})

test('Ctrl-C ends jobs watch with 130, and the job goes on', async () => {
  const { startAs, job, query } = await openOperator()
  const { id } = await job({ status: 'running' })
  const watching = startAs('reader', ['jobs', 'watch', id, '--json'])
  await watching.seen(/running/)
  watching.child.kill('SIGINT')
  expect((await watching.ended).code).toBe(130)
  expect(await query('select status from sync_jobs')).toEqual([{ status: 'running' }])
})
