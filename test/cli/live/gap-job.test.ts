import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openGapJobs } from '../../../src/cli/live/gap-job.ts'
import type { Sync } from '../../../src/cli/sync-once.ts'
import { readConfig } from '../../../src/config/load.ts'
import { silentLog } from '../../../src/log/log.ts'
import { setup } from '../../support/setup.ts'

/** What `npm start -- --live` has after its first job, with an hourly schedule that is due in so many seconds. */
async function openGaps(dueInSeconds: number) {
  const { environment, queue, query, workerUrl, deliver } = await setup({ sandbox: { customers: 5 } })
  const tenantId = randomUUID()
  const request = { tenantId, providerName: 'stripe', accessToken: 'sk_live_sandbox' } as const
  const additionalData = { sync_type: 'full', resources: ['customers'] } as const
  const first = { ...request, jobId: randomUUID(), additionalData }
  await deliver(first)
  await query(
    `insert into sync_schedules (id, tenant_id, provider, account, every_seconds, next_at, last_sent_at)
     values (gen_random_uuid(), $1, 'stripe', 'acct_sandbox', 3600, now() + make_interval(secs => $2), now())`,
    [tenantId, dueInSeconds],
  )
  const client = new pg.Client({ connectionString: workerUrl })
  await client.connect()
  await client.query(`select set_config('app.tenant_id', $1, false)`, [tenantId])
  onTestFinished(() => client.end())
  const config = readConfig({ environment, file: undefined })
  const parts = { stack: { config, queue }, client, request: first, order: [], stop: new AbortController().signal }
  const lines: string[] = []
  // Of the rest it uses nothing.
  const gaps = openGapJobs(parts as unknown as Sync, { log: silentLog, tell: (sentence) => void lines.push(sentence) })
  const jobs = () =>
    query(`select status, result ->> 'syncType' as kind from sync_jobs where tenant_id = $1 and id <> $2`, [
      tenantId,
      first.jobId,
    ])
  return { gaps, lines, jobs }
}

test('a job that events ask for within the minute after the last one is run before the copy is compared', async () => {
  const { gaps, lines, jobs } = await openGaps(55)
  await gaps.end()
  expect(await jobs()).toEqual([{ status: 'completed', kind: 'incremental' }])
  expect(gaps.count()).toBe(1)
  expect(lines).toEqual(['more objects to fetch than events may ask for: an incremental job of the account reads them'])
})

test('the end of --live does not wait for the next hour, and runs no job that nothing asked for', async () => {
  const { gaps, lines, jobs } = await openGaps(1_800)
  await gaps.end()
  expect(await jobs()).toEqual([])
  expect(gaps.count()).toBe(0)
  expect(lines).toEqual([])
})
