import { randomUUID } from 'node:crypto'
import { allNew, examineJob } from '../expected-job.ts'
import { compare, countOf, describe, saveExpectedRows } from '../expected-rows.ts'
import { openWorldEnv } from '../fault-env.ts'
import { runJob } from '../job.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'
import type { ProviderName } from '../worlds/world.ts'

/** Of an invocation two thirds are for reading. */
const invocationMs = 1_200
const perSecond = 3
/** What a busy machine may be late before that is a fault of its own. */
const graceMs = 10_000

/** Of a job with `batch_size` 1. PayPal's would be five, but a month of its ledger has fewer here. */
const itemsOfPage: Readonly<Record<ProviderName, number>> = { stripe: 1, square: 1, paypal: 1, shopify: 3, custom: 1 }

export const chain: Scenario = {
  name: 'chain',
  faults: ['F08', 'F53'],
  about: 'invocations much shorter than the job, each sending it on; then a provider that never answers',
  claim: 'so many hops and an exact copy; a chain that does not advance stops within 3',
  rounds: { test: 5, ci: 6, full: 200 },
  elsewhere: { test: 0, ci: 3, full: 30 },
  async run({ provider, rounds, say }) {
    // An invocation has time for two or three pages.
    const customers = rounds * 4 * itemsOfPage[provider]
    const settings = { Worker__TimeoutMinutes: '0' }
    const env = await openWorldEnv(provider, { world: { customers, latencyMs: 10 }, settings })
    const { resource } = env.world.list
    const problems: string[] = []
    try {
      const expected = await saveExpectedRows(env.query, env.world, [resource])
      const worker = await env.openWorker(env.world.atMost(perSecond))
      const additionalData = { resources: [resource], batch_size: 1 }
      const tenantId = randomUUID()
      let invocations = 0
      const longest = runJob(
        env,
        (event, timeoutMs) => {
          if (++invocations % 25 === 0) say(`${invocations} invocations`)
          // As many hops as wanted, then time for the rest.
          return worker.invoke(event, invocations <= rounds ? timeoutMs : 900_000, graceMs)
        },
        { tenantId, additionalData, timeoutMs: invocationMs },
      )
      const jobId = await longest
      const counters = env.world.areCountsKnown ? allNew(countOf(expected)) : undefined
      problems.push(...(await examineJob(env.query, jobId, counters)))
      problems.push(...describe(await compare(env.query, tenantId, expected)))
      const [job] = await env.query<{ hop: number }>('select hop from sync_jobs where id = $1', [jobId])
      const hops = job?.hop ?? 0
      if (hops < rounds) problems.push(`${hops} hops instead of ${rounds}`)

      env.world.fail({ kind: 'hang' })
      const stuck = await runJob(env, (event, timeoutMs) => worker.invoke(event, timeoutMs, graceMs), {
        tenantId: randomUUID(),
        additionalData,
        timeoutMs: invocationMs,
      })
      const [end] = await env.query<{ status: string; code: string; deliveries: number }>(
        `select status, error ->> 'code' as code, deliveries from sync_jobs where id = $1`,
        [stuck],
      )
      if (end?.status !== 'failed' || end.code !== 'stalled' || end.deliveries > 3)
        problems.push(`a chain that does not advance ended as ${JSON.stringify(end)}`)
      problems.push(...(await findSecrets(env)))
      return {
        rounds: hops,
        figures: { hops, 'deliveries of a chain that does not advance': end?.deliveries ?? 0 },
        problems,
      }
    } finally {
      await env.close()
    }
  },
}
