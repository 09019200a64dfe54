import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createRandom } from '../../support/random.ts'
import { examineJob } from '../job-oracle.ts'
import { seedOf } from '../lanes.ts'
import { jobRequest, openRoom, type Room } from '../room.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'
import { inOrder, percentile } from '../statistics.ts'

const customers = 250
const pageSize = 5
/** Jobs at once, each in a process of its own. */
const atOnce = 34

interface Setting {
  readonly leaseSeconds: number
  /** No more than this from the kill to the next commit, at the 99th percentile. */
  readonly withinMs: number
}

/** The default, and what a queue that allows it is set to; scaled down where there is no time for these, with room for a busy machine. */
const real: readonly Setting[] = [
  { leaseSeconds: 60, withinMs: 90_000 },
  { leaseSeconds: 20, withinMs: 30_000 },
]
const scaled: readonly Setting[] = [{ leaseSeconds: 4, withinMs: 30_000 }]

export const recovery: Scenario = {
  name: 'recovery',
  faults: ['F01'],
  about:
    'SIGKILL at a random moment between two signs of life, with nobody to say so: lease and message run out by themselves, at LeaseSeconds 60 (the default) and 20; a process that starts then goes on',
  claim: 'another worker commits within 90 s (p99) by default, within 30 s with LeaseSeconds 20',
  rounds: { test: 4, ci: 8, full: 100 },
  async run({ seed, rounds, say }) {
    const problems: string[] = []
    const figures: Record<string, number | string> = {}
    const settings = rounds < 20 ? scaled : real
    const seen = await Promise.all(settings.map((setting) => killAll(setting, { seed, rounds })))
    for (const [at, { leaseSeconds, withinMs }] of settings.entries()) {
      const { waits = [], found = [] } = seen[at] ?? {}
      const p99 = percentile(waits, 0.99)
      if (waits.length < rounds) problems.push(`${rounds - waits.length} jobs were not killed at work`)
      if (p99 > withinMs) problems.push(`LeaseSeconds ${leaseSeconds}: p99 is ${p99} ms`)
      problems.push(...found)
      figures[`LeaseSeconds ${leaseSeconds}: kill → next commit, p50 s`] = seconds(percentile(waits, 0.5))
      figures[`LeaseSeconds ${leaseSeconds}: p99 s`] = seconds(p99)
      figures[`LeaseSeconds ${leaseSeconds}: longest s`] = seconds(waits.at(-1) ?? 0)
      say(`LeaseSeconds ${leaseSeconds}: p99 ${p99} ms`)
    }
    return { rounds: rounds * settings.length, figures, problems }
  },
}

const seconds = (ms: number) => (ms / 1_000).toFixed(1)

interface Doomed {
  /** How long after its first commit it is killed. */
  readonly afterMs: number
  killedAt?: number
  /** From the kill to the next commit. */
  waitedMs?: number
}

/** So many jobs, each killed once; and how long each then waits for its next commit. */
async function killAll(
  { leaseSeconds }: Setting,
  { seed, rounds }: { readonly seed: number; readonly rounds: number },
): Promise<{ readonly waits: readonly number[]; readonly found: readonly string[] }> {
  const settings = { Worker__LeaseSeconds: String(leaseSeconds), Worker__Concurrency: '1' }
  const room = await openRoom({ sandbox: { customers, latencyMs: 20 }, settings })
  try {
    const jobs = new Map<string, Doomed>()
    for (let at = 0; at < rounds; at++) {
      const request = jobRequest(randomUUID(), { resources: ['customers'], batch_size: pageSize })
      // A message is hidden again three times in a lease: anywhere between two times.
      const share = createRandom(seedOf(seed, at)).below(1_000) / 1_000
      jobs.set(request.jobId, { afterMs: (share * leaseSeconds * 1_000) / 3 })
      await room.queue.send(JSON.stringify(request))
    }
    const source = room.deliver(
      async (event, timeoutMs) => {
        const jobId = String(JSON.parse(event.Records[0]?.body ?? '{}').jobId)
        const job = jobs.get(jobId)
        // At work for longer than a kill is waited for; done at once when it has been.
        const perSecond = job?.killedAt === undefined ? '1' : '1000'
        const worker = await room.openWorker({ Stripe__EndpointRequestsPerSecond: perSecond })
        const working = worker.invoke(event, timeoutMs)
        const over = new AbortController()
        if (job && job.killedAt === undefined)
          strike(room, { jobId, afterMs: job.afterMs, over: over.signal }).then(
            () => {
              job.killedAt = performance.now()
              worker.signal('SIGKILL')
            },
            () => {},
          )
        const invocation = await working
        over.abort()
        await worker.end()
        return invocation
      },
      { concurrency: Math.min(rounds, atOnce) },
    )
    const over = new AbortController()
    const watching = watch(room, { jobs, over: over.signal })
    await source.idle()
    over.abort()
    await watching
    await source.close()
    const counters = { fetched: customers, created: customers, updated: 0, unchanged: 0, rejected: 0 }
    const found: string[] = []
    for (const jobId of jobs.keys()) found.push(...(await examineJob(room.query, jobId, counters)))
    found.push(...(await findSecrets(room)))
    const waits = inOrder([...jobs.values()].flatMap(({ waitedMs }) => waitedMs ?? []))
    return { waits, found }
  } finally {
    await room.close()
  }
}

interface Strike {
  readonly jobId: string
  readonly afterMs: number
  /** Aborted when there is nobody left to kill. */
  readonly over: AbortSignal
}

/** Resolves at the moment a job at work is to be killed. */
async function strike({ query }: Room, { jobId, afterMs, over }: Strike): Promise<void> {
  const committed = `select 1 from sync_jobs where id = $1 and commits > 0`
  while ((await query(committed, [jobId])).length === 0) await delay(100, undefined, { signal: over })
  await delay(afterMs, undefined, { signal: over })
}

interface Watch {
  readonly jobs: ReadonlyMap<string, Doomed>
  /** Aborted when nothing more will happen. */
  readonly over: AbortSignal
}

/** Notes when each job that was killed has its next commit. */
async function watch({ query }: Room, { jobs, over }: Watch): Promise<void> {
  for (let last = false; !last; await delay(100)) {
    last = over.aborted
    const killed = [...jobs].flatMap(([id, job]) =>
      job.killedAt !== undefined && job.waitedMs === undefined ? id : [],
    )
    const moved = await query<{ id: string }>(
      `select id from sync_jobs where id = any($1) and fence > 1 and (stalled = 0 or status = 'completed')`,
      [killed],
    )
    for (const { id } of moved) {
      const job = jobs.get(id)
      if (job?.killedAt !== undefined) job.waitedMs = Math.round(performance.now() - job.killedAt)
    }
  }
}
