import { setTimeout } from 'node:timers/promises'
import type { JobRow } from './follow-job.ts'

interface WaitOptions {
  /** The job's row; undefined before a worker has seen it. */
  job(): Promise<JobRow | undefined>
  /** Another job of the tenant that a worker holds. */
  rival(): Promise<JobRow | undefined>
  /** The name of this process's worker, with which the owner of its leases begins. */
  readonly worker: string
  readonly stop: AbortSignal
  /** Told what the job waits for, in words; empty if this process works on it and nothing is missing. */
  onWait(note: string): void
}

/** Waits for the job's end; once asked to stop, no longer than this process works on it. @returns its row */
export async function waitForEnd({ job, rival, worker, stop, onWait }: WaitOptions): Promise<JobRow | undefined> {
  for (;;) {
    const row = await job()
    if (row?.finished_at) return row
    const isOurs = row?.status === 'running' && row.lease_owner?.startsWith(`${worker} `)
    if (stop.aborted && !isOurs) return row
    if (row?.status === 'pending') onWait(waitingFor(await rival()))
    else if (row?.status === 'running' && !isOurs) onWait(waitingFor(row))
    else if (row) onWait(missing(row))
    await setTimeout(100)
  }
}

/** Since when the job waits for which cause, as its row says it. */
function missing({ status, waiting_for, waiting_since, error, next_attempt_at }: JobRow): string {
  const cause = waiting_for ?? (status === 'retrying' ? error : null)
  return [
    ...(waiting_for ? [`Waiting since ${time(waiting_since)} (${waiting_for.code}).`] : []),
    ...(status === 'retrying' ? [`The next attempt is at ${time(next_attempt_at)}.`] : []),
    ...(cause ? [cause.message] : []),
  ].join(' ')
}

/** A lease is renewed as long as its worker lives. */
function waitingFor(holder: JobRow | undefined): string {
  if (!holder) return 'waiting for the queue to bring the job again'
  return `waiting: worker "${nameOf(holder)}" holds job ${holder.id} of this tenant, until ${time(holder.lease_until)} or its end`
}

/** The owner of a lease is a worker's name and a UUID. */
const nameOf = ({ lease_owner }: JobRow) => (lease_owner ?? 'unknown').replace(/ [^ ]+$/, '')

const time = (moment: Date | null) => (moment ? moment.toISOString().slice(11, 19) : 'an unknown time')
