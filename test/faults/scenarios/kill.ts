import { setTimeout as delay } from 'node:timers/promises'
import { type LivingAccount, openAccount } from '../changing-account.ts'
import { examineJob } from '../expected-job.ts'
import { compare, describe } from '../expected-rows.ts'
import { jobRequest, openRoom, type Room } from '../fault-env.ts'
import { watchBystander } from '../other-tenant.ts'
import { inLanes } from '../rounds.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'
import { shortLease } from '../short-lease.ts'
import type { WorkerProcess } from '../worker.ts'

/** Most of the time a lane waits for a dead worker's lease to run out. */
const lanesFor = (rounds: number) => (rounds < 50 ? 2 : rounds < 500 ? 6 : 12)
/** A job is killed this often at most: ten deliveries in a row without a commit are the worker's own limit. */
const killsPerJob = 8

export const kill: Scenario = {
  name: 'kill',
  faults: ['F01', 'F02', 'F03', 'F04'],
  about:
    'SIGKILL at random moments of full jobs over all default resources, read in parallel slices; the account changes between jobs',
  claim: 'no row lost, doubled or stale, counters exact, nobody else’s row touched',
  rounds: { test: 8, ci: 60, full: 1_000 },
  async run({ seed, rounds, say }) {
    const problems: string[] = []
    const totals = { kills: 0, jobs: 0, lost: 0, extra: 0, stale: 0 }
    const lanes = lanesFor(rounds)
    const killsAtMost = Math.min(killsPerJob, Math.ceil(rounds / lanes))
    const stalls = await Promise.all(Array.from({ length: lanes }, openStall))
    try {
      await inLanes({ seed, rounds, lanes, enough: () => totals.kills >= rounds }, async (round) => {
        const stall = stalls[round.lane]
        if (!stall) return
        const moments = Array.from({ length: killsAtMost }, () => (round.random.below(1_000) / 1_000) ** 1.5)
        const expected = await stall.account.change(round.random)
        const { jobId, kills } = await surviveKills(stall, moments)
        const difference = await compare(stall.room.query, stall.account.tenantId, stall.account.truth())
        totals.kills += kills
        totals.jobs++
        totals.lost += difference.lost
        totals.extra += difference.extra
        totals.stale += difference.stale
        const found = [...(await examineJob(stall.room.query, jobId, expected)), ...describe(difference)]
        problems.push(...found.map((one) => `round seed ${round.seed}: ${one}`))
        if (totals.jobs % 20 === 0) say(`${totals.kills} kills, ${totals.jobs} jobs`)
      })
      for (const { room, touched } of stalls) problems.push(...(await touched()), ...(await findSecrets(room)))
    } finally {
      await Promise.all(stalls.map(({ room }) => room.close()))
    }
    const { kills, jobs, lost, extra, stale } = totals
    const figures = { kills, jobs, 'rows lost': lost, 'rows too many': extra, 'rows stale': stale }
    return { rounds: kills, figures, problems }
  },
}

/** A room with a tenant whose account is synced already, and how long a whole job takes there. */
interface Stall {
  readonly room: Room
  readonly account: LivingAccount
  readonly wholeMs: number
  /** Whether rows of another tenant were touched. */
  touched(): Promise<readonly string[]>
}

async function openStall(_: unknown, lane: number): Promise<Stall> {
  const sandbox = { customers: 12, latencyMs: 5, jitterMs: 25, seed: lane + 1, now: Math.floor(Date.now() / 1_000) }
  const settings = { ...shortLease.settings, Worker__BatchSize: '20', Worker__TimeoutMinutes: '0' }
  const room = await openRoom({ ...shortLease, sandbox, settings })
  const account = await openAccount(room)
  await surviveKills({ room, account, wholeMs: 0 }, [])
  const touched = await watchBystander(room.query)
  const { spentMs: wholeMs } = await surviveKills({ room, account, wholeMs: 0 }, [])
  return { room, account, wholeMs, touched }
}

/** One job from its message to the empty queue; its workers are killed one after the other at these shares of a whole job's time. */
async function surviveKills({ room, account, wholeMs }: Omit<Stall, 'touched'>, moments: readonly number[]) {
  const request = jobRequest(account.tenantId)
  await room.queue.send(JSON.stringify(request))
  let kills = 0
  let spentMs = 0
  let next = room.openWorker()
  let worker: WorkerProcess | undefined
  const source = room.deliver(async (event, timeoutMs) => {
    if (!worker || worker.ended()) {
      worker = await next
      next = room.openWorker()
    }
    const moment = moments[kills]
    const began = performance.now()
    const working = worker.invoke(event, timeoutMs)
    const over = new AbortController()
    const victim = worker
    if (moment !== undefined) {
      const strike = () => {
        kills++
        victim.signal('SIGKILL')
      }
      delay(moment * wholeMs, undefined, { signal: over.signal }).then(strike, () => {})
    }
    const invocation = await working
    over.abort()
    spentMs = performance.now() - began
    return invocation
  })
  await source.idle()
  await source.close()
  await worker?.end()
  await (await next).end()
  return { jobId: request.jobId, kills, spentMs }
}
