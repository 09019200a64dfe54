import { randomUUID } from 'node:crypto'
import { examineDuplicates } from '../examine-duplicates.ts'
import { saveExpectedRows } from '../expected-rows.ts'
import { jobRequest, openFaultEnv } from '../fault-env.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'
import { deliverToPool } from '../worker-pool.ts'

const customers = 60
const copies = 10
const workers = 2
const additionalData = { resources: ['customers'], batch_size: 20 }

export const duplicates: Scenario = {
  name: 'duplicates',
  faults: ['F35', 'F36'],
  about:
    'one message delivered ten times at once, to two workers of five lanes each; the other nine deliveries come again later',
  claim: 'one runner a job, at most 1.05 × the requests of a single delivery',
  rounds: { test: 10, ci: 20, full: 500 },
  async run({ rounds, say }) {
    const settings = { Worker__Concurrency: '5', Worker__LeaseSeconds: '5' }
    const env = await openFaultEnv({ sandbox: { customers, latencyMs: 5 }, settings })
    try {
      const expected = await saveExpectedRows(env.query, env.world, ['customers'])
      const source = await deliverToPool(env, { workers, batchSize: copies / workers })
      // One alone, for the comparison.
      await env.queue.send(JSON.stringify(jobRequest(randomUUID(), additionalData)))
      await source.idle()
      const single = env.sandbox.stats().requests
      const jobs: string[] = []
      for (let n = 0; n < rounds; n++) {
        const request = jobRequest(randomUUID(), additionalData)
        jobs.push(request.jobId)
        const body = JSON.stringify(request)
        await Promise.all(Array.from({ length: copies }, () => env.queue.send(body)))
        // The next job's ten come when these have been seen.
        while ((await env.queue.counts()).visible > 0) await new Promise((resolve) => setTimeout(resolve, 5))
        if ((n + 1) % 100 === 0) say(`${n + 1} jobs`)
      }
      await source.idle()
      await source.close()
      const requests = env.sandbox.stats().requests - single
      const seen = await examineDuplicates(env.query, { jobs, customers, expected, requests, single })
      const problems = [...seen.problems, ...(await findSecrets(env))]
      const figures = { jobs: rounds, deliveries: rounds * copies, ...seen.figures }
      return { rounds, figures, problems }
    } finally {
      await env.close()
    }
  },
}
