import { setTimeout as delay } from 'node:timers/promises'
import { type ChangingAccount, openChangingAccount } from '../changing-account.ts'
import { examineJob } from '../expected-job.ts'
import { compare, describe } from '../expected-rows.ts'
import { type FaultEnv, openWorldEnv } from '../fault-env.ts'
import { watchOtherTenant } from '../other-tenant.ts'
import { runRounds } from '../rounds.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'
import { shortLease } from '../short-lease.ts'
import type { WorkerProcess } from '../worker.ts'
import type { ProviderName } from '../worlds/world.ts'

/** Many at once: most of the time a lane waits for a dead worker's lease to expire. */
const laneCountFor = (rounds: number) => (rounds < 50 ? 2 : rounds < 500 ? 6 : 12)
/** Kills a job at most. The worker gives a job up after ten deliveries in a row without a commit. */
const killsPerJob = 8

export const kill: Scenario = {
  name: 'kill',
  faults: ['F01', 'F02', 'F03', 'F04'],
  about:
    'SIGKILL at random moments of full jobs over all default resources, read in parallel slices; the account changes between jobs',
  claim: 'no row lost, doubled or stale, counters exact, no row of another tenant touched',
  rounds: { test: 8, ci: 8, full: 1_000 },
  elsewhere: { test: 0, ci: 3, full: 100 },
  async run({ provider, seed, rounds, say }) {
    const problems: string[] = []
    const totals = { kills: 0, jobs: 0, lost: 0, extra: 0, stale: 0 }
    const laneCount = laneCountFor(rounds)
    const killsAtMost = Math.min(killsPerJob, Math.ceil(rounds / laneCount))
    const lanes = await Promise.all(Array.from({ length: laneCount }, (_, lane) => openLane(provider, lane)))
    try {
      await runRounds({ seed, rounds, lanes: laneCount, enough: () => totals.kills >= rounds }, async (round) => {
        const lane = lanes[round.lane]
        if (!lane) return
        const moments = Array.from({ length: killsAtMost }, () => (round.random.below(1_000) / 1_000) ** 1.5)
        const counters = await lane.account.change(round.random)
        const { jobId, kills } = await surviveKills(lane, moments)
        const difference = await compare(lane.env.query, lane.account.tenantId, lane.account.expected())
        totals.kills += kills
        totals.jobs++
        totals.lost += difference.lost
        totals.extra += difference.extra
        totals.stale += difference.stale
        const seen = [...(await examineJob(lane.env.query, jobId, counters)), ...describe(difference)]
        problems.push(...seen.map((problem) => `round seed ${round.seed}: ${problem}`))
        if (totals.jobs % 20 === 0) say(`${totals.kills} kills, ${totals.jobs} jobs`)
      })
      for (const { env, touched } of lanes) problems.push(...(await touched()), ...(await findSecrets(env)))
    } finally {
      await Promise.all(lanes.map(({ env }) => env.close()))
    }
    const { kills, jobs, lost, extra, stale } = totals
    const figures = { kills, jobs, 'rows lost': lost, 'rows too many': extra, 'rows stale': stale }
    return { rounds: kills, figures, problems }
  },
}

/** An environment with a tenant whose account is synced already, and how long a whole job takes there. */
interface Lane {
  readonly env: FaultEnv
  readonly account: ChangingAccount
  readonly wholeMs: number
  /** Problems in sentences: rows of another tenant that changed. */
  touched(): Promise<readonly string[]>
}

async function openLane(provider: ProviderName, lane: number): Promise<Lane> {
  const world = { customers: 12, latencyMs: 5, jitterMs: 25, seed: lane + 1, now: Math.floor(Date.now() / 1_000) }
  const settings = { ...shortLease.settings, Worker__BatchSize: '20', Worker__TimeoutMinutes: '0' }
  const env = await openWorldEnv(provider, { ...shortLease, world, settings })
  const account = await openChangingAccount(env)
  await surviveKills({ env, account, wholeMs: 0 }, [])
  const touched = await watchOtherTenant(env.query)
  const { spentMs: wholeMs } = await surviveKills({ env, account, wholeMs: 0 }, [])
  return { env, account, wholeMs, touched }
}

/** Runs one job until the queue is empty. Its workers are killed one after the other, each at a share of a whole job's time. */
async function surviveKills({ env, account, wholeMs }: Omit<Lane, 'touched'>, moments: readonly number[]) {
  const request = env.request(account.tenantId)
  await env.queue.send(JSON.stringify(request))
  let kills = 0
  let spentMs = 0
  let next = env.openWorker()
  let worker: WorkerProcess | undefined
  const source = env.deliver(async (event, timeoutMs) => {
    if (!worker || worker.ended()) {
      worker = await next
      next = env.openWorker()
    }
    const moment = moments[kills]
    const began = performance.now()
    const working = worker.invoke(event, timeoutMs)
    const answered = new AbortController()
    const victim = worker
    if (moment !== undefined) {
      const strike = () => {
        kills++
        victim.signal('SIGKILL')
      }
      delay(moment * wholeMs, undefined, { signal: answered.signal }).then(strike, () => {})
    }
    const invocation = await working
    answered.abort()
    spentMs = performance.now() - began
    return invocation
  })
  await source.idle()
  await source.close()
  await worker?.end()
  await (await next).end()
  return { jobId: request.jobId, kills, spentMs }
}
