import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { jobDetails, jobDetailsOf } from '../../../src/cli/jobs/job-details.ts'
import { jobStatuses } from '../../../src/db/schema.ts'
import { findJobs } from '../../../src/operations/jobs.ts'
import { openOperator } from './operator-env.ts'

test('jobs show says a failed job’s error in words, what to do, and how it is sent again', async () => {
  const { as, job } = await openOperator()
  const { id } = await job({
    status: 'failed',
    attempt: 2,
    deliveries: 3,
    sent_with: { token: 'secret', reference: 'ssm:/billing-sync/stripe' },
  })
  const { code, stdout, stderr } = await as('reader', ['jobs', 'show', id])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('stripe: the key is not accepted. (key_not_accepted)')
  expect(stdout).toMatch(/what happened +The provider does not accept/)
  expect(stdout).toMatch(/what to do +\S/)
  expect(stdout).not.toMatch(/\]\(|`/)
  expect(stdout).toMatch(/credentials +ssm:\/billing-sync\/stripe\n/)
  expect(stdout).toMatch(/failed attempts +2\n/)
  expect(stdout).toMatch(/jobs retry +sends a new job with the same request, [0-9a-f-]{36}\n/)
})

test('jobs show lists each resource of a result with its count check', async () => {
  const { as, job } = await openOperator()
  const counts = { fetched: 3, created: 3, updated: 0, unchanged: 0, rejected: 0, deleted: 0, kept: 0 }
  const proof = { until: '2026-11-29T00:00:00Z', listed: 3, live: 4, equal: false, differs: [] }
  const [id, tenantId] = [randomUUID(), randomUUID()]
  const result = {
    jobId: id,
    tenantId,
    provider: 'stripe',
    account: 'acct_1',
    syncType: 'full',
    status: 'completed',
    resources: { customers: { ...counts, proof } },
    requests: 1,
    startedAt: '2026-11-29T00:00:00Z',
    finishedAt: '2026-11-29T00:00:01Z',
    durationMs: 1_000,
    error: null,
  }
  const shown = await as('reader', ['jobs', 'show', (await job({ id, tenant_id: tenantId, result })).id])
  expect(shown.stdout).toMatch(/resources\n +resource .* listed +live +equal/)
  expect(shown.stdout).toMatch(/customers .* 3 +4 +NO/)
})

test('jobs show says what a job waits for, and how far it is', async () => {
  const { as, job } = await openOperator()
  const { id } = await job({
    status: 'retrying',
    waiting_for: { code: 'provider_unavailable', message: 'stripe: the API answers 503.' },
    waiting_since: new Date('2026-11-29T01:02:03Z'),
    waited_ms: 90_000,
    next_attempt_at: new Date('2026-11-29T02:00:00Z'),
    progress: { customers: { fetched: 50, share: 0.5 } },
  })
  const { stdout } = await as('reader', ['jobs', 'show', id])
  expect(stdout).toMatch(
    /waits\n +since +2026-11-29T01:02:03.000Z\n +for +stripe: the API answers 503. \(provider_unavailable\)/,
  )
  expect(stdout).toMatch(/waited in all +1 m 30 s\n/)
  expect(stdout).toMatch(/customers +50 +50 %\n/)
  expect(stdout).toContain('sends its message again; do that only if the message was lost')
})

test('jobs show has a line for each delivery', async () => {
  const { as, job } = await openOperator()
  const paused = {
    began: '2026-11-29T01:00:00Z',
    ended: '2026-11-29T01:15:00Z',
    how: 'paused',
    fetched: 9,
    requests: 3,
  }
  const failed = { ...paused, how: 'failed', code: 'key_not_accepted', worker: 'worker 1' }
  const { id } = await job({ status: 'failed', timeline: JSON.stringify([paused, failed]) })
  const { stdout } = await as('reader', ['jobs', 'show', id])
  expect(stdout).toMatch(
    /deliveries\n +began .*\n.*\n +2026-11-29T01:00:00.000Z +2026-11-29T01:15:00.000Z +paused +9 +3 +0/,
  )
  expect(stdout).toMatch(/failed: key_not_accepted +9 +3 +0 +worker 1\n/)
  const { timeline } = jobDetails.parse(JSON.parse((await as('reader', ['jobs', 'show', id, '--json'])).stdout))
  expect(timeline.map(({ how, code }) => [how, code])).toEqual([
    ['paused', null],
    ['failed', 'key_not_accepted'],
  ])
})

test('jobs show says that the worker of a job is lost, and why items were rejected', async () => {
  const { as, job } = await openOperator()
  const { id } = await job({ status: 'running', lease_until: new Date(Date.now() - 60_000), rejected: 2 })
  const { stdout } = await as('reader', ['jobs', 'show', id])
  expect(stdout).toMatch(
    /waits\n +worker +It gave no sign of life, and its lease is over\. The message of the job brings it back\.\n/,
  )
  const [, statement = ''] = /rejects\n +why +npm run query -- "(.+)"\n/.exec(stdout) ?? []
  expect(await as('reader', ['query', statement])).toMatchObject({ code: 0, stderr: '' })
  const held = await job({ status: 'running' })
  expect((await as('reader', ['jobs', 'show', held.id])).stdout).not.toMatch(/sign of life|rejects\n/)
})

test('a job that was ended by SQL alone waits for nothing', async () => {
  const { as, job, reader } = await openOperator()
  const waiting = { waiting_for: { code: 'provider_unavailable', message: 'stripe: the API answers 503.' } }
  const { id } = await job({ status: 'cancelled', ...waiting, waiting_since: new Date() })
  expect((await as('reader', ['jobs', 'show', id])).stdout).not.toMatch(/waits\n|answers 503|what to do/)
  expect(await findJobs(reader, { ids: [id] }, 1)).toMatchObject([{ waitingFor: null, waitingSince: null }])
  const { id: open } = await job({ status: 'paused', ...waiting, waiting_since: new Date('2026-11-29T01:02:03Z') })
  expect(await findJobs(reader, { ids: [open] }, 1)).toMatchObject([
    { waitingFor: waiting.waiting_for, waitingSince: new Date('2026-11-29T01:02:03Z') },
  ])
})

test('jobs show --json has a stable shape, for a job in every state', async () => {
  const { as, job, reader } = await openOperator()
  for (const status of jobStatuses) {
    await job({ status })
    const [stored] = await findJobs(reader, { statuses: [status] }, 1)
    expect(jobDetails.strict().parse(stored && jobDetailsOf(stored))).toMatchObject({ status })
  }
  const { id } = await job({ status: 'failed' })
  const { stdout } = await as('reader', ['jobs', 'show', id, '--json'])
  expect(jobDetails.strict().parse(JSON.parse(stdout))).toMatchObject({ jobId: id, retry: { how: 'new job' } })
})

test('jobs show of an unknown job fails in words', async () => {
  const { as, job } = await openOperator()
  const id = randomUUID()
  expect(await as('reader', ['jobs', 'show', id])).toEqual({
    code: 1,
    stdout: '',
    stderr: `No worker has seen job ${id} in this database. Compare the id, and the queue.\n`,
  })
  const { id: stored } = await job()
  expect((await as('worker', ['jobs', 'show', stored])).stderr).toContain("sees one tenant's rows at a time")
})
