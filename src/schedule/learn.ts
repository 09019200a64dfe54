import { isFinal } from '../db/schema.ts'
import { dueAfter, isRequested, type Schedule } from './beat.ts'
import { chooseEvery } from './cadence.ts'
import { type Heard, silentSince } from './silence.ts'

/** What the row of a job says to its schedule. */
export interface SentJob {
  readonly status: string
  /** Of a failed job: whether the same request may succeed later. */
  readonly mayRecover: boolean
  readonly error: { readonly code: string; readonly message: string } | null
  readonly requests: number
  readonly finishedAt: Date | null
  /** Requests in 30 days of the account's other schedules. */
  readonly othersPerMonth: number
  /** Of a completed incremental job. */
  readonly heard: Heard | null
}

/** Refused jobs in a row after which a schedule pauses. */
export const mostRejects = 3
/** Jobs whose requests a schedule remembers. */
const remembered = 10
/** Characters of a reason. */
const longestReason = 500
/** A message that no worker has seen for so long may be lost. Before, it waits in a queue. */
export const lostAfterMs = 6 * 3_600_000

export type Learned = Pick<
  Schedule,
  | 'everySeconds'
  | 'nextAt'
  | 'eventsSilentSince'
  | 'lastStatus'
  | 'lastSuccessAt'
  | 'recentRequests'
  | 'rejects'
  | 'pausedAt'
  | 'pausedBecause'
>

/** Whether the end of the schedule's last job is known, so that nobody looks at it again. */
export const isSettled = ({ lastJobId, lastStatus }: Pick<Schedule, 'lastJobId' | 'lastStatus'>): boolean =>
  lastJobId === null || (lastStatus !== null && isFinal(lastStatus))

/** The schedule after a look at its last job. `job` is null if the database does not have it. */
export function learn(schedule: Schedule, job: SentJob | null, now: Date): Learned {
  const { everySeconds, nextAt, eventsSilentSince, lastSuccessAt, recentRequests, rejects, pausedAt, pausedBecause } =
    schedule
  const known = {
    everySeconds,
    nextAt,
    eventsSilentSince,
    lastSuccessAt,
    recentRequests,
    rejects,
    pausedAt,
    pausedBecause,
  }
  if (job === null) return { ...known, lastStatus: schedule.lastStatus }
  const { status, finishedAt, requests, error } = job
  if (!isFinal(status)) return { ...known, lastStatus: status }
  const ended = { ...known, lastStatus: status, recentRequests: [...recentRequests, requests].slice(-remembered) }
  if (status === 'completed') {
    const silence = job.heard && { eventsSilentSince: silentSince(eventsSilentSince, job.heard) }
    return {
      ...ended,
      ...cadenceOf({ ...schedule, ...ended }, job, now),
      ...silence,
      lastSuccessAt: finishedAt,
      rejects: 0,
    }
  }
  if (status !== 'failed' || job.mayRecover) return ended
  const refused = { ...ended, rejects: rejects + 1 }
  if (refused.rejects < mostRejects || pausedAt !== null) return refused
  const because = `${refused.rejects} jobs in a row were refused. ${error?.message ?? ''} (${error?.code ?? 'unknown'})`
  return { ...refused, pausedAt: now, pausedBecause: because.slice(0, longestReason) }
}

/** The interval that the measured requests allow. A job that is late, or was asked for, stays due. */
function cadenceOf(
  schedule: Schedule,
  { othersPerMonth }: SentJob,
  now: Date,
): Pick<Schedule, 'everySeconds' | 'nextAt'> {
  const { nextAt } = schedule
  const everySeconds = chooseEvery(schedule, othersPerMonth)
  const stays = everySeconds === schedule.everySeconds || nextAt <= now || isRequested(schedule)
  return { everySeconds, nextAt: stays ? nextAt : dueAfter({ ...schedule, everySeconds }, now) }
}

/** Whether the last job still has the account, or waits in the queue for a worker. Another one would only wait behind it. */
export function isInTheWay({ lastJobId, lastSentAt, lastStatus }: Schedule, now: Date): boolean {
  if (lastJobId === null || lastSentAt === null) return false
  if (lastStatus === null) return now.getTime() - lastSentAt.getTime() < lostAfterMs
  return !isFinal(lastStatus)
}
