import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { allNew, examineJob } from '../expected-job.ts'
import { compareTenants, describe, saveExpectedRows } from '../expected-rows.ts'
import { findSecrets } from '../secrets.ts'
import { openContainerEnv } from './container-env.ts'
import type { TransportScenario } from './transport-scenario.ts'

const customers = 60
const copies = 10
const additionalData = { resources: ['customers'], batch_size: 20 }

export const duplicates: TransportScenario = {
  name: 'duplicates',
  faults: ['F35', 'F36', 'F65'],
  about: 'one message sent ten times at once, to two containers of five lanes each; busy deliveries come again later',
  claim: 'one runner a job, at most 1.05 × the requests of a single delivery; nothing is left',
  rounds: { test: 2, ci: 5, full: 10 },
  async run({ transport, rounds, say }) {
    const settings = { Worker__Concurrency: '5', Worker__LeaseSeconds: '5' }
    const env = await openContainerEnv(transport, { sandbox: { customers, latencyMs: 5 }, settings })
    const problems: string[] = []
    try {
      const expected = await saveExpectedRows(env.query, env.world, ['customers'])
      await Promise.all([env.startContainer(), env.startContainer()])
      // One alone, for the comparison.
      const alone = env.request(randomUUID(), additionalData)
      await env.send(alone)
      await env.ended(alone.jobId)
      const single = env.world.sandbox.stats().requests
      const jobs: string[] = []
      for (let n = 0; n < rounds; n++) {
        const request = env.request(randomUUID(), additionalData)
        jobs.push(request.jobId)
        await Promise.all(Array.from({ length: copies }, () => env.send(request)))
        // The next job's ten come when these have been seen.
        while ((await env.intake.depth()).waiting > 0) await delay(20)
        if ((n + 1) % 25 === 0) say(`${n + 1} jobs`)
      }
      for (const job of jobs) await env.ended(job)
      await env.emptied()
      const requests = env.world.sandbox.stats().requests - single
      for (const job of jobs) problems.push(...(await examineJob(env.query, job, allNew(customers))))
      problems.push(...describe(await compareTenants(env.query, expected, rounds + 1)))
      const [runners] = await env.query<{ more: number }>(
        `select count(*) filter (where deliveries > 1 or fence > 1)::int as more from sync_jobs`,
      )
      if (runners?.more !== 0) problems.push(`${runners?.more} jobs had more than one runner`)
      const factor = requests / (single * rounds)
      if (factor > 1.05) problems.push(`${factor.toFixed(3)} × the requests of a single delivery`)
      problems.push(...(await findSecrets(env)))
      const figures = {
        jobs: rounds,
        messages: rounds * copies,
        'jobs with more than one runner': runners?.more ?? 0,
        'requests, × a single delivery': factor.toFixed(3),
      }
      return { rounds, figures, problems }
    } finally {
      await env.close()
    }
  },
}
