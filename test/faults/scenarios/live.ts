import { setTimeout as delay } from 'node:timers/promises'
import type { createRandom } from '../../support/random.ts'
import { compare, describe, saveExpectedRows } from '../expected-rows.ts'
import type { StripeEnv } from '../fault-env.ts'
import { type LiveEnv, openLiveEnv } from '../live/live-env.ts'
import { openHourlySchedule } from '../live/schedule.ts'
import { type Round, runRounds } from '../rounds.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'

/** More than a worker of live events may fetch in a minute (src/live/ceiling.ts), also if it is killed on the way. */
const customers = 100
/** Objects that change once the ceiling is reached, right after a job. */
const afterwards = 10
/** Ticks in the end: a job that is asked for is sent by the third. */
const mostTicks = 10

/** What a round counts. */
const noFigures = {
  events: 0,
  deliveries: 0,
  'fetched by events': 0,
  'jobs sent': 0,
  'asked for while a job had not ended': 0,
  'asked for right after a job': 0,
  kills: 0,
}

export const live: Scenario = {
  name: 'live',
  faults: ['F01', 'F34', 'F36'],
  about:
    'every customer changes twice in one second, so that it has to be fetched, which is more than live events may; the events come in four envelopes and some twice, their worker is killed once, and an incremental job of the account is killed and waits meanwhile; more customers change right after the next job',
  claim:
    'what events may not fetch is read by jobs that they ask for: in the end each row is there once and as it was last',
  rounds: { test: 0, ci: 1, full: 30 },
  async run({ seed, rounds, say }) {
    const problems: string[] = []
    const totals = { rounds: 0, ...noFigures }
    const lanes = await Promise.all(
      Array.from({ length: Math.min(4, rounds) }, (_, lane) => openLiveEnv(lane, customers)),
    )
    try {
      await runRounds({ seed, rounds, lanes: lanes.length }, async (round) => {
        const lane = lanes[round.lane]
        if (!lane) return
        const { problems: seen, figures } = await exceed(lane, round)
        totals.rounds++
        for (const [name, count] of Object.entries(figures)) totals[name as keyof typeof figures] += count
        problems.push(...seen.map((problem) => `round seed ${round.seed}: ${problem}`))
        say(`${totals.rounds} rounds, ${totals.events} events`)
      })
      for (const { env } of lanes) problems.push(...(await findSecrets(env)))
    } finally {
      await Promise.all(lanes.map(({ close }) => close()))
    }
    const { rounds: ended, ...figures } = totals
    return { rounds: ended, figures, problems }
  },
}

/** Events of more objects than they may fetch, while a job of the account has not ended and right after the next one. */
async function exceed(lane: LiveEnv, { random }: Round) {
  const { env, tenantId } = lane
  const retrievedBefore = await countRetrieved(env)
  const schedule = await openHourlySchedule(lane)
  const events = await lane.listen(random)
  const jobs = await openJobs(env)
  const problems: string[] = []
  const figures = { ...noFigures }
  const tick = async () => {
    const report = await schedule.tick()
    figures['jobs sent'] += report.sent
    return report
  }
  try {
    await tick()
    if (await jobs.killHalfway(random)) figures.kills++
    events.killAt(1 + random.below(4))
    changeTwice(env, customers, random)
    await events.idle()
    const { skipped } = await tick()
    if (skipped > 0) figures['asked for while a job had not ended']++
    else problems.push('no job was asked for while one had not ended')
    jobs.goOn()
    await jobs.idle()
    for (let ticks = 0; ticks < mostTicks && (await schedule.isRequested()); ticks++) {
      const { sent } = await tick()
      await jobs.idle()
      if (sent === 0 || figures['asked for right after a job'] > 0) continue
      changeTwice(env, afterwards, random)
      await events.idle()
      if (await schedule.isRequested()) figures['asked for right after a job']++
    }
  } finally {
    await events.end()
    await jobs.end()
    await schedule.close()
  }
  figures.events = events.counts.events
  figures.deliveries = events.counts.deliveries
  figures.kills += events.counts.kills
  figures['fetched by events'] = (await countRetrieved(env)) - retrievedBefore
  const expected = await saveExpectedRows(env.query, env.world)
  problems.push(...describe(await compare(env.query, tenantId, expected)))
  await env.query('delete from expected.rows where id = $1', [expected.id])
  const unfinished = await env.query(`select id from sync_jobs where status <> 'completed'`)
  if (unfinished.length > 0) problems.push(`${unfinished.length} jobs did not complete`)
  return { problems, figures }
}

/** Changes so many customers twice each: two states of one second, of which an event does not tell the later. */
function changeTwice({ sandbox }: StripeEnv, count: number, random: ReturnType<typeof createRandom>): void {
  const all = sandbox
    .expected('customers')
    .map(({ id }) => ({ id, at: random.below(1e9) }))
    .toSorted((left, right) => left.at - right.at)
  for (const { id } of all.slice(0, count))
    for (const _ of [1, 2]) sandbox.update('customers', id, { name: `Name ${random.below(1e9)}` })
}

/** A worker of jobs. Once it is killed, its messages wait until they may go on. */
async function openJobs(env: StripeEnv) {
  let worker = await env.openWorker()
  let isWaiting = false
  let goOn = () => {}
  const gate = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const source = env.deliver(async (event, timeoutMs) => {
    if (isWaiting) await gate
    if (worker.ended()) worker = await env.openWorker()
    return await worker.invoke(event, timeoutMs)
  })
  return {
    goOn,
    idle: () => source.idle(),
    /** Kills the worker once its job has read the events, so that later changes are not for it. False if the job ended before. */
    async killHalfway(random: ReturnType<typeof createRandom>): Promise<boolean> {
      const endSlowness = env.sandbox.fail({ kind: 'slow-headers', ms: 20_000, path: '/v1/balance_transactions' })
      const halfway = `select from sync_jobs where status <> 'completed' and not checkpoint -> 'slices' @> '[{"resource": "events"}]'`
      const ended = `select from sync_schedules join sync_jobs on sync_jobs.id = last_job_id and status = 'completed'`
      try {
        for (;;) {
          if ((await env.query(halfway)).length > 0) break
          if ((await env.query(ended)).length > 0) return false
          await delay(5)
        }
        await delay(random.below(200))
        isWaiting = true
        await worker.end()
        return true
      } finally {
        endSlowness()
      }
    },
    async end() {
      goOn()
      await source.close()
      await worker.end()
    },
  }
}

async function countRetrieved({ query }: StripeEnv): Promise<number> {
  const [row] = await query<{ retrieved: number }>(
    'select coalesce(sum(retrieved), 0)::int as retrieved from sync_event_counts',
  )
  return row?.retrieved ?? 0
}
