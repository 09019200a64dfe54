import { randomUUID } from 'node:crypto'
import type { OpenDatabase } from '../../src/db/open.ts'
import { silentLog } from '../../src/log/log.ts'
import { fraction, randomStream, seedFor } from '../../src/sandbox/server/random.ts'
import { dueAfter, type ScheduleKey } from '../../src/schedule/beat.ts'
import { tick } from '../../src/schedule/tick.ts'
import { incrementalSeconds } from './duration.ts'

/** A day of hourly schedules. The tick and the database are real; the clock and the workers are simulated. */
export interface ScheduleDay {
  readonly database: Pick<OpenDatabase, 'schedules'>
  query(text: string, values?: unknown[]): Promise<unknown>
  readonly tenants: number
  readonly hours: number
  /** Jobs worked on at once. */
  readonly lanes: number
  readonly seed: number
  /** No tick comes between these hours of the day. */
  readonly outage?: { readonly from: number; readonly to: number }
}

export interface ScheduleDayResult {
  /** Of each job in the order of their starts. All times are in seconds. */
  readonly jobs: readonly { readonly due: number; readonly started: number }[]
  readonly skipped: number
  /** Jobs that were sent in each minute. */
  readonly sentByMinute: readonly number[]
  /** What a tick took, by the clock of this machine. */
  readonly tickSeconds: readonly number[]
}

interface SentJob {
  readonly id: string
  readonly tenant: string
  readonly due: number
  readonly arrives: number
}

const minute = 60
/** A tick of EventBridge comes so late at most. Assumed. */
const lateness = 20
/** Objects of the median tenant of docs/performance.md. */
const objects = 204_000

/** Lives through the day, minute by minute. The same options give the same jobs. */
export async function liveThroughSchedules(day: ScheduleDay): Promise<ScheduleDayResult> {
  const { database, query, tenants, hours, lanes, seed, outage } = day
  const began = Date.UTC(2026, 10, 29) / 1_000
  const random = randomStream(seedFor(seed, 'ticks'))
  const schedules = await plantSchedules(query, tenants, began)
  const free = Array.from({ length: lanes }, () => began)
  const jobs: { due: number; started: number }[] = []
  const sentByMinute: number[] = []
  const tickSeconds: number[] = []
  let skipped = 0
  for (let at = began; at < began + hours * 3_600; at += minute) {
    const hour = (at - began) / 3_600
    if (outage && hour >= outage.from && hour < outage.to) continue
    const now = at + fraction(random) * lateness
    const sent: SentJob[] = []
    const queue = {
      async send(body: string, delaySeconds: number) {
        const { jobId, tenantId } = JSON.parse(body)
        const due = schedules.get(tenantId)?.take(now) ?? Number.NaN
        sent.push({ id: jobId, tenant: tenantId, due, arrives: now + delaySeconds })
      },
    }
    const start = performance.now()
    const report = await tick({ database, queue, log: silentLog, now: () => new Date(now * 1_000) })
    tickSeconds.push((performance.now() - start) / 1_000)
    skipped += report.skipped
    sentByMinute.push(sent.length)
    const ended = work(sent, free, jobs)
    await plantJobs(query, ended)
  }
  return { jobs, skipped, sentByMinute, tickSeconds }
}

/** Each job is taken by the lane that is free first. @returns the jobs with their ends */
function work(sent: readonly SentJob[], free: number[], jobs: { due: number; started: number }[]) {
  return sent
    .toSorted((a, b) => a.arrives - b.arrives)
    .map(({ id, tenant, due, arrives }) => {
      const first = free.indexOf(Math.min(...free))
      const started = Math.max(arrives, free[first] ?? 0)
      const ended = started + incrementalSeconds(objects, 1)
      free[first] = ended
      jobs.push({ due, started })
      return { id, tenant, ended }
    })
}

/** @returns by tenant the due time whose job is sent, as the schedule's grid has it */
async function plantSchedules(query: ScheduleDay['query'], tenants: number, began: number) {
  const rows = Array.from({ length: tenants }, () => {
    const key: ScheduleKey = {
      tenantId: randomUUID(),
      provider: 'stripe',
      account: null,
      reference: null,
      syncType: 'incremental',
      resources: null,
      everySeconds: 3_600,
    }
    return { id: randomUUID(), tenant: key.tenantId, key, next: dueAfter(key, new Date(began * 1_000)) }
  })
  await query(
    `insert into sync_schedules (id, tenant_id, provider, next_at, created_at)
     select id, tenant, 'stripe', next, next from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as planted (id, tenant, next)`,
    [rows.map(({ id }) => id), rows.map(({ tenant }) => tenant), rows.map(({ next }) => next)],
  )
  return new Map(
    rows.map(({ tenant, key, next }) => {
      let due = next
      const take = (now: number) => {
        const taken = due
        due = dueAfter(key, new Date(Math.max(due.getTime(), now * 1_000)))
        return taken.getTime() / 1_000
      }
      return [tenant, { take }]
    }),
  )
}

/** The rows that workers would have left. An incremental job with nothing new makes up to ten requests. */
async function plantJobs(
  query: ScheduleDay['query'],
  ended: readonly { id: string; tenant: string; ended: number }[],
): Promise<void> {
  await query(
    `insert into sync_jobs (id, tenant_id, provider, sync_type, status, requests, result, created_at, finished_at)
     select id, tenant, 'stripe', 'incremental', 'completed', 10, '{}', to_timestamp(ended), to_timestamp(ended)
     from unnest($1::uuid[], $2::uuid[], $3::float8[]) as job (id, tenant, ended)`,
    [ended.map(({ id }) => id), ended.map(({ tenant }) => tenant), ended.map(({ ended: at }) => at)],
  )
}
