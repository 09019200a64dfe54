import type { Database, OpenDatabase } from '../db/open.ts'
import type { SyncJobMessage } from '../job/request.ts'
import type { Log } from '../log/log.ts'
import type { Queue } from '../queue/queue.ts'
import { dueAfter, isRequested, jobIdFor, type Schedule } from './beat.ts'
import { databaseTime, findLastJob, lockDue, lockUnsettled, store, takeTurn } from './due.ts'
import { isInTheWay, isSettled, learn } from './learn.ts'

export interface TickDeps {
  readonly database: Pick<OpenDatabase, 'schedules'>
  readonly queue: Pick<Queue, 'send'>
  readonly log: Log
  /** The time. Absent: the database's. */
  readonly now?: () => Date
}

export interface TickReport {
  /** Jobs that were sent. */
  readonly sent: number
  /** Due times without a job, because the job before has not ended. */
  readonly skipped: number
  /** Schedules that this tick has paused. */
  readonly paused: number
  /** Jobs that the queue did not take. The next tick sends them. */
  readonly unsent: number
}

/** A tick comes each minute, and may be late by half a minute without that a job is. */
const horizonMs = 90_000
/** Until the next look at a requested job whose account's last job has not ended. It lies beyond the horizon of this tick. */
const postponedMs = horizonMs + 30_000
/** Schedules of one transaction. */
const portion = 100
/** Last jobs that one tick looks at, apart from those of schedules that are due. */
const mostLooks = 500

/**
 * Sends the jobs of all schedules that are due in the coming minute, each with its own delay. May run at once in several
 * processes, and be killed at any moment: a schedule and its due time give the job's id, so that a job that is sent twice
 * is worked on once. A missed hour sends one job. @throws Error if the database does not answer
 */
export async function tick(deps: TickDeps, signal?: AbortSignal): Promise<TickReport> {
  const report = { sent: 0, skipped: 0, paused: await settle(deps), unsent: 0 }
  for (let rows = portion; rows === portion && !signal?.aborted; ) {
    const done = await deps.database.schedules.within((tx) => sendPortion(tx, deps))
    rows = done.unsent > 0 ? 0 : done.rows
    report.sent += done.sent
    report.skipped += done.skipped
    report.paused += done.paused
    report.unsent += done.unsent
  }
  if (report.sent > 0)
    deps.log.info('the jobs of the coming minute are sent', { event: 'schedules_ticked', count: report.sent })
  return report
}

/** Looks at last jobs that had not ended, so that a refusal and a success are known before the next due time. */
async function settle({ database, log, now }: TickDeps): Promise<number> {
  return database.schedules.within(async (tx) => {
    if (!(await takeTurn(tx))) return 0
    const time = now?.() ?? (await databaseTime(tx))
    let paused = 0
    const settled: Schedule[] = []
    for (const schedule of await lockUnsettled(tx, mostLooks)) {
      const lastJob = await lookAtLastJob(tx, schedule, time)
      if (lastJob.lastStatus !== schedule.lastStatus) settled.push({ ...schedule, ...lastJob })
      paused += warnIfPaused(schedule, lastJob, log)
    }
    await store(tx, settled)
    return paused
  })
}

async function sendPortion(tx: Database, { queue, log, now }: TickDeps) {
  const report = { rows: 0, sent: 0, skipped: 0, paused: 0, unsent: 0 }
  if (!(await takeTurn(tx))) return report
  const time = now?.() ?? (await databaseTime(tx))
  const due = await lockDue(tx, new Date(time.getTime() + horizonMs), portion)
  report.rows = due.length
  const waiting: Schedule[] = []
  const ready: Schedule[] = []
  for (const locked of due) {
    const schedule = isSettled(locked) ? locked : { ...locked, ...(await lookAtLastJob(tx, locked, time)) }
    report.paused += warnIfPaused(locked, schedule, log)
    if (schedule.pausedAt === null && !isInTheWay(schedule, time)) ready.push(apartFromLast(schedule))
    else waiting.push({ ...schedule, nextAt: postponed(schedule, time) })
  }
  const sendings = await Promise.allSettled(ready.map((schedule) => send(schedule, time, queue)))
  const sent = ready.filter((_, at) => sendings[at]?.status === 'fulfilled')
  await store(tx, [...waiting, ...sent.map((schedule) => ({ ...schedule, ...sentNow(schedule, time) }))])
  report.skipped = waiting.filter(({ pausedAt }) => pausedAt === null).length
  report.sent = sent.length
  report.unsent = ready.length - sent.length
  for (const [at, { tenantId, provider }] of ready.entries()) {
    const sending = sendings[at]
    if (sending?.status === 'rejected')
      log.warn(
        'the queue did not take the job of a schedule; the next tick sends it again',
        { event: 'schedule_not_sent', tenantId, provider },
        sending.reason,
      )
  }
  return report
}

const lookAtLastJob = async (tx: Database, schedule: Schedule, now: Date) =>
  learn(schedule, await findLastJob(tx, schedule), now)

/** After the due time as well as after now, so that what was missed is one job. */
const nextOf = (schedule: Schedule, now: Date) =>
  dueAfter(schedule, new Date(Math.max(schedule.nextAt.getTime(), now.getTime())))

/** When a schedule that cannot send now is due again. A requested job does not wait for the next interval: the last one may have read too early. */
const postponed = (schedule: Schedule, now: Date) =>
  isRequested(schedule) && schedule.pausedAt === null
    ? new Date(Math.min(nextOf(schedule, now).getTime(), now.getTime() + postponedMs))
    : nextOf(schedule, now)

/** A job may be asked for at the very due time of the last one, which was sent ahead of it. With the id of that it would do nothing. */
const apartFromLast = (schedule: Schedule): Schedule =>
  schedule.lastJobId === jobIdFor(schedule.id, schedule.nextAt)
    ? { ...schedule, nextAt: new Date(schedule.nextAt.getTime() + 1) }
    : schedule

/** What the row says once the queue has the job. */
const sentNow = (schedule: Schedule, now: Date) => ({
  lastJobId: jobIdFor(schedule.id, schedule.nextAt),
  lastSentAt: now,
  lastStatus: null,
  nextAt: nextOf(schedule, now),
})

async function send(schedule: Schedule, now: Date, queue: TickDeps['queue']): Promise<void> {
  const delay = Math.max(0, Math.ceil((schedule.nextAt.getTime() - now.getTime()) / 1_000))
  await queue.send(JSON.stringify(messageOf(schedule)), delay, schedule.tenantId)
}

/** The message of the schedule's next job. */
export function messageOf(schedule: Schedule): SyncJobMessage {
  const { id, nextAt, tenantId, provider, account, reference, syncType, resources } = schedule
  return {
    jobId: jobIdFor(id, nextAt),
    tenantId,
    providerName: provider,
    ...(account !== null && { account }),
    ...(reference !== null && { accessToken: reference }),
    additionalData: { syncType, ...(resources && { resources }) },
  }
}

function warnIfPaused(before: Schedule, after: Pick<Schedule, 'pausedAt' | 'pausedBecause'>, log: Log): number {
  if (before.pausedAt !== null || after.pausedAt === null) return 0
  const { tenantId, provider } = before
  log.warn('a schedule is paused, because its jobs were refused', {
    event: 'schedule_paused',
    tenantId,
    provider,
    ...(after.pausedBecause !== null && { reason: after.pausedBecause }),
  })
  return 1
}
