import { randomUUID } from 'node:crypto'
import { examineJob } from '../expected-job.ts'
import { compare, describe, saveExpectedRows } from '../expected-rows.ts'
import { type FaultEnv, jobRequest, openFaultEnv } from '../fault-env.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'
import { deliverToPool } from '../worker-pool.ts'

const writers = 8
const resources = ['customers', 'invoices', 'payments', 'products'] as const

export const overlap: Scenario = {
  name: 'overlap',
  faults: ['F19'],
  about:
    'eight jobs of one tenant at once for so many seconds, all rewriting the same rows; for that the index is dropped which lets an account have one running job',
  claim: 'no deadlock, every job completed, the copy exact',
  // Seconds.
  rounds: { test: 4, ci: 5, full: 60 },
  async run({ rounds: seconds }) {
    const env = await openFaultEnv({
      sandbox: { customers: 60, latencyMs: 5, jitterMs: 40 },
      settings: { Worker__Concurrency: '4' },
    })
    const problems: string[] = []
    try {
      await env.query('drop index sync_jobs_one_running')
      const expected = await saveExpectedRows(env.query, env.world, resources)
      const tenantId = randomUUID()
      const until = performance.now() + seconds * 1_000
      const jobs: string[] = []
      const source = await deliverToPool(env, { workers: 2, batchSize: 4 })
      while (performance.now() < until || jobs.length === 0) {
        const { visible } = await env.queue.counts()
        if (visible < writers)
          for (let n = 0; n < writers; n++) {
            const request = jobRequest(tenantId, { resources, batch_size: 30, force_refresh: true })
            jobs.push(request.jobId)
            await env.queue.send(JSON.stringify(request))
          }
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      await source.idle()
      await source.close()
      for (const job of jobs) problems.push(...(await examineJob(env.query, job)))
      const difference = await compare(env.query, tenantId, expected)
      problems.push(...describe(difference), ...(await findSecrets(env)))
      const { deadlocks, rewritten } = await count(env)
      if (deadlocks > 0) problems.push(`${deadlocks} deadlocks`)
      return {
        rounds: seconds,
        figures: { seconds, jobs: jobs.length, 'rows rewritten': rewritten, deadlocks },
        problems,
      }
    } finally {
      await env.close()
    }
  },
}

async function count({ query }: FaultEnv) {
  await query('select pg_stat_force_next_flush()')
  const [stats] = await query<{ deadlocks: number }>(
    'select deadlocks::int from pg_stat_database where datname = current_database()',
  )
  const [jobs] = await query<{ rewritten: number }>('select sum(created + updated)::int as rewritten from sync_jobs')
  return { deadlocks: stats?.deadlocks ?? 0, rewritten: jobs?.rewritten ?? 0 }
}
