import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Invocation } from '../../../src/local/event-source.ts'
import { allNew, examineJob } from '../expected-job.ts'
import { type FaultEnv, jobRequest, openFaultEnv } from '../fault-env.ts'
import { runRounds } from '../rounds.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'
import { percentile, sorted } from '../statistics.ts'
import type { WorkerProcess } from '../worker.ts'

const customers = 120
const additionalData = { resources: ['customers'], batch_size: 5 }
/** Who is killed is at work for longer than that takes; who goes on leaves the machine to those who wait. */
const slow = { Stripe__EndpointRequestsPerSecond: '0.5' }
const steady = { Stripe__EndpointRequestsPerSecond: '5' }

interface Setting {
  readonly leaseSeconds: number
  /** Jobs at once, each with a worker that is killed and one that goes on. */
  readonly lanes: number
  /** No more than this from the kill to the next commit, at the 99th percentile. */
  readonly withinMs: number
}

/** The default, and what a queue that allows it is set to; scaled down where there is no time for these, with env for a busy machine. */
const real: readonly Setting[] = [
  { leaseSeconds: 60, lanes: 20, withinMs: 90_000 },
  { leaseSeconds: 15, lanes: 8, withinMs: 30_000 },
]
const scaled: readonly Setting[] = [{ leaseSeconds: 4, lanes: 4, withinMs: 30_000 }]

export const recovery: Scenario = {
  name: 'recovery',
  faults: ['F01'],
  about:
    'SIGKILL at a random moment between two signs of life, with nobody to say so: lease and message run out by themselves, at LeaseSeconds 60 (the default) and 15',
  claim: 'another worker commits within 90 s (p99) by default, within 30 s with LeaseSeconds 15',
  rounds: { test: 4, ci: 6, full: 100 },
  async run({ seed, rounds, say }) {
    const problems: string[] = []
    const tooSlow: string[] = []
    const figures: Record<string, number | string> = {}
    const settings = rounds < 20 ? scaled : real
    const seen = await Promise.all(settings.map((setting) => killAll(setting, { seed, rounds })))
    for (const { leaseSeconds, withinMs, waits, problems: settingProblems } of seen) {
      const returned = sorted(waits.map((wait) => wait.returned))
      const committed = sorted(waits.map((wait) => wait.committed))
      const p99 = percentile(committed, 0.99)
      if (p99 > withinMs) tooSlow.push(`LeaseSeconds ${leaseSeconds}: p99 is ${seconds(p99)} s`)
      problems.push(...settingProblems)
      const lease = `LeaseSeconds ${leaseSeconds}`
      figures[`${lease}: kill → another worker has the message, p99 s`] = seconds(percentile(returned, 0.99))
      figures[`${lease}: kill → next commit, p50 s`] = seconds(percentile(committed, 0.5))
      figures[`${lease}: p99 s`] = seconds(p99)
      figures[`${lease}: longest s`] = seconds(committed.at(-1) ?? 0)
      say(`LeaseSeconds ${leaseSeconds}: p99 ${seconds(p99)} s`)
    }
    return { rounds: seen.flatMap(({ waits }) => waits).length, figures, problems, tooSlow }
  },
}

const seconds = (ms: number) => (ms / 1_000).toFixed(1)

/** Milliseconds from the kill until another worker had the message, and until it committed. */
interface Wait {
  readonly returned: number
  readonly committed: number
}

interface WorkerPair {
  readonly victim: WorkerProcess
  /** Ready before it is needed, as another worker of a queue is. */
  readonly other: WorkerProcess
  answer?: Promise<Invocation>
  /** When the last delivery began. */
  deliveredAt: number
}

/** So many jobs, each killed once; and how long each then waits for its next commit. */
async function killAll(setting: Setting, { seed, rounds }: { readonly seed: number; readonly rounds: number }) {
  const { leaseSeconds, lanes } = setting
  const settings = { Worker__LeaseSeconds: String(leaseSeconds), Worker__Concurrency: '1' }
  const env = await openFaultEnv({ sandbox: { customers, latencyMs: 20 }, settings })
  const waits: Wait[] = []
  const problems: string[] = []
  try {
    const pairs = new Map<string, WorkerPair>()
    const source = env.deliver(
      async (event, timeoutMs) => {
        const pair = pairs.get(JSON.parse(event.Records[0]?.body ?? '').jobId)
        if (!pair) throw new Error('recovery: a job that nobody sent')
        const worker = pair.victim.ended() ? pair.other : pair.victim
        pair.deliveredAt = performance.now()
        pair.answer = worker.invoke(event, timeoutMs)
        return pair.answer
      },
      { concurrency: lanes },
    )
    await runRounds({ seed, rounds, lanes }, async ({ random, seed: roundSeed }) => {
      const request = jobRequest(randomUUID(), additionalData)
      const { jobId } = request
      const [victim, other] = await Promise.all([env.openWorker(slow), env.openWorker(steady)])
      const pair: WorkerPair = { victim, other, deliveredAt: 0 }
      pairs.set(jobId, pair)
      await env.queue.send(JSON.stringify(request))
      await until(env, jobId, 'commits > 0')
      // A message is hidden again three times in a lease: anywhere between two times.
      await delay((leaseSeconds * random.below(1_000)) / 3)
      const killedAt = performance.now()
      await victim.end()
      await until(env, jobId, `fence > 1 and stalled = 0 or status in ('completed', 'failed')`)
      const wait = { returned: pair.deliveredAt - killedAt, committed: performance.now() - killedAt }
      await until(env, jobId, `status in ('completed', 'failed')`)
      await pair.answer
      await other.end()
      const [job] = await env.query<{ fence: number }>('select fence::int from sync_jobs where id = $1', [jobId])
      if (job && job.fence > 1) waits.push(wait)
      else problems.push(`round seed ${roundSeed}: the job was not killed at work`)
      const wrong = await examineJob(env.query, jobId, allNew(customers))
      problems.push(...wrong.map((problem) => `round seed ${roundSeed}: ${problem}`))
    })
    await source.idle()
    await source.close()
    problems.push(...(await findSecrets(env)))
    return { ...setting, waits, problems }
  } finally {
    await env.close()
  }
}

/** Resolves when the job's row says so. */
async function until({ query }: FaultEnv, jobId: string, condition: string): Promise<void> {
  const reached = `select 1 from sync_jobs where id = $1 and (${condition})`
  while ((await query(reached, [jobId])).length === 0) await delay(200)
}
