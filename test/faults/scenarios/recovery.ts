import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { examineJob } from '../job-oracle.ts'
import { jobRequest, openRoom } from '../room.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'
import { inOrder, percentile } from '../statistics.ts'

const customers = 100

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
    'SIGKILL, with nobody to say so: lease and message run out by themselves, at LeaseSeconds 60 (the default) and 20',
  claim: 'another worker commits within 90 s (p99) by default, within 30 s with LeaseSeconds 20',
  rounds: { test: 4, ci: 8, full: 100 },
  async run({ rounds, say }) {
    const problems: string[] = []
    const figures: Record<string, number | string> = {}
    for (const setting of rounds < 20 ? scaled : real) {
      const { waits, found } = await killAll(setting, rounds)
      const p99 = percentile(waits, 0.99)
      if (waits.length < rounds) problems.push(`${rounds - waits.length} jobs were not killed at work`)
      if (p99 > setting.withinMs) problems.push(`LeaseSeconds ${setting.leaseSeconds}: p99 is ${p99} ms`)
      problems.push(...found)
      figures[`LeaseSeconds ${setting.leaseSeconds}: kill → next commit, p50 s`] = seconds(percentile(waits, 0.5))
      figures[`LeaseSeconds ${setting.leaseSeconds}: p99 s`] = seconds(p99)
      say(`LeaseSeconds ${setting.leaseSeconds}: p99 ${p99} ms`)
    }
    return { rounds, figures, problems }
  },
}

const seconds = (ms: number) => (ms / 1_000).toFixed(1)

/** Jobs at work in a few processes, which are all killed at once; and how long each then waits for its next commit. */
async function killAll({ leaseSeconds }: Setting, rounds: number) {
  const settings = {
    Worker__LeaseSeconds: String(leaseSeconds),
    Worker__Concurrency: '10',
    Stripe__EndpointRequestsPerSecond: '3',
  }
  const room = await openRoom({ sandbox: { customers, latencyMs: 20 }, settings })
  try {
    const ids = Array.from({ length: rounds }, () =>
      jobRequest(randomUUID(), { resources: ['customers'], batch_size: 5 }),
    )
    for (const request of ids) await room.queue.send(JSON.stringify(request))
    const pollers = Math.ceil(rounds / 10)
    const victims = await Promise.all(Array.from({ length: pollers }, () => room.openWorker()))
    const rescuers = await Promise.all(Array.from({ length: pollers }, () => room.openWorker()))
    const idle = { victims: [...victims], rescuers: [...rescuers] }
    let killed = 0
    const source = room.deliver(
      async (event, timeoutMs) => {
        const crew = killed === 0 ? idle.victims : idle.rescuers
        const worker = crew.pop()
        if (!worker) throw new Error('recovery: more invocations than workers')
        const invocation = await worker.invoke(event, timeoutMs)
        crew.push(worker)
        return invocation
      },
      { concurrency: pollers, batchSize: 10 },
    )
    while ((await room.query('select 1 from sync_jobs where commits >= 2')).length < rounds) await delay(50)
    const at = await room.query<{ id: string; commits: string }>(
      `select id, commits from sync_jobs where status = 'running'`,
    )
    killed = performance.now()
    for (const victim of victims) victim.signal('SIGKILL')
    const waiting = new Set(at.map(({ id }) => id))
    const waits: number[] = []
    while (waiting.size > 0) {
      const moved = await room.query<{ id: string }>(
        `select id from sync_jobs where id = any($1) and (stalled = 0 and fence > 1 or status = 'completed')`,
        [[...waiting]],
      )
      for (const { id } of moved) {
        waiting.delete(id)
        waits.push(Math.round(performance.now() - killed))
      }
      await delay(50)
    }
    await source.idle()
    await source.close()
    const counters = { fetched: customers, created: customers, updated: 0, unchanged: 0, rejected: 0 }
    const found = await Promise.all(ids.map(({ jobId }) => examineJob(room.query, jobId, counters)))
    return { waits: inOrder(waits), found: [...found.flat(), ...(await findSecrets(room))] }
  } finally {
    await room.close()
  }
}
