import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { allNew, examineJob } from '../expected-job.ts'
import { compare, describe, saveExpectedRows } from '../expected-rows.ts'
import { jobRequest, openFaultEnv, type StripeEnv } from '../fault-env.ts'
import { runRounds } from '../rounds.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'
import { percentile, sorted } from '../statistics.ts'

const customers = 120

export const term: Scenario = {
  name: 'term',
  faults: ['F07'],
  about: 'SIGTERM at a random moment of a job; every third time while the provider has fallen silent',
  claim:
    'pages are committed, the lease released, the message answered within 5 s; another worker ends the job exactly',
  rounds: { test: 6, ci: 8, full: 200 },
  async run({ seed, rounds }) {
    const problems: string[] = []
    const tooSlow: string[] = []
    const answeredMs: number[] = []
    const statuses: Record<string, number> = {}
    const envs = await Promise.all(Array.from({ length: Math.min(rounds, 6) }, (_, lane) => openOne(lane)))
    try {
      const expectedOfLanes = await Promise.all(
        envs.map(({ query, world }) => saveExpectedRows(query, world, ['customers'])),
      )
      await runRounds({ seed, rounds, lanes: envs.length }, async ({ at, random, seed: roundSeed, lane }) => {
        const [env, expected] = [envs[lane], expectedOfLanes[lane]]
        if (!env || !expected) return
        const tenantId = randomUUID()
        const silent = at % 3 === 2
        const { jobId, ms, status } = await terminate(env, { tenantId, silent, after: 300 + random.below(1_500) })
        answeredMs.push(ms)
        statuses[status] = (statuses[status] ?? 0) + 1
        const seen = [
          ...(status === 'paused' || status === 'completed'
            ? []
            : [`the job is ${status} when its worker has answered`]),
          ...(await examineJob(env.query, jobId, allNew(customers))),
          ...describe(await compare(env.query, tenantId, expected)),
        ]
        problems.push(...seen.map((problem) => `round seed ${roundSeed}: ${problem}`))
        if (ms >= 5_000) tooSlow.push(`round seed ${roundSeed}: answered ${Math.round(ms)} ms after SIGTERM`)
      })
      for (const env of envs) problems.push(...(await findSecrets(env)))
    } finally {
      await Promise.all(envs.map((env) => env.close()))
    }
    const ms = sorted(answeredMs)
    const figures = {
      ...Object.fromEntries(Object.entries(statuses).map(([status, n]) => [`${status} when answered`, n])),
      'SIGTERM → answer, p50 ms': Math.round(percentile(ms, 0.5)),
      'longest ms': Math.round(ms.at(-1) ?? 0),
    }
    return { rounds, figures, problems, tooSlow }
  },
}

function openOne(lane: number): Promise<StripeEnv> {
  const settings = { Stripe__EndpointRequestsPerSecond: '6' }
  return openFaultEnv({ sandbox: { customers, seed: lane + 1, latencyMs: 20 }, settings })
}

interface End {
  readonly tenantId: string
  /** Whether the provider stops answering before the signal comes. */
  readonly silent: boolean
  readonly after: number
}

/** A job whose worker is asked to stop; another ends it. */
async function terminate(env: StripeEnv, { tenantId, silent, after }: End) {
  const request = jobRequest(tenantId, { resources: ['customers'], batch_size: 10 })
  const worker = await env.openWorker()
  await env.queue.send(JSON.stringify(request))
  let signalled = 0
  let ms = 0
  let status = ''
  let speak = () => {}
  const source = env.deliver(async (event, timeoutMs) => {
    if (signalled > 0) {
      const other = await env.openWorker()
      const invocation = await other.invoke(event, timeoutMs)
      await other.end()
      return invocation
    }
    const working = worker.invoke(event, timeoutMs)
    await claimed(env, request.jobId)
    await delay(after)
    if (silent) {
      speak = env.sandbox.fail({ kind: 'hang', path: '/v1/customers' })
      await delay(200)
    }
    signalled = performance.now()
    worker.signal('SIGTERM')
    const invocation = await working
    ms = performance.now() - signalled
    const [job] = await env.query<{ status: string }>('select status from sync_jobs where id = $1', [request.jobId])
    status = job?.status ?? 'without a row'
    speak()
    return invocation
  })
  await source.idle()
  await source.close()
  await worker.end()
  return { jobId: request.jobId, ms, status }
}

/** Waits until the job has a row, for a minute at most: a busy machine takes seconds to start the process. */
async function claimed({ query }: StripeEnv, jobId: string): Promise<void> {
  const end = performance.now() + 60_000
  while (performance.now() < end) {
    if ((await query('select from sync_jobs where id = $1', [jobId])).length > 0) return
    await delay(10)
  }
}
