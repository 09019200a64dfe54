import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { examineDuplicates } from '../examine-duplicates.ts'
import { saveExpectedRows } from '../expected-rows.ts'
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
      const seen = await examineDuplicates(env.query, { jobs, customers, expected, requests, single })
      const problems = [...seen.problems, ...(await findSecrets(env))]
      const figures = { jobs: rounds, messages: rounds * copies, ...seen.figures }
      return { rounds, figures, problems }
    } finally {
      await env.close()
    }
  },
}
