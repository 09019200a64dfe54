import * as z from 'zod'
import { jobStatuses } from '../../db/schema.ts'
import type { StoredJob } from '../../operations/jobs.ts'

const whole = z.int().min(0)
const time = z.iso.datetime().nullable()
const problem = z.object({ code: z.string(), message: z.string() })

/** What `jobs list --json` writes a line of. docs/commands.md explains each key. */
export const jobLine = z.object({
  jobId: z.guid(),
  tenantId: z.guid(),
  provider: z.string(),
  account: z.string().nullable(),
  status: z.enum(jobStatuses),
  syncType: z.string(),
  createdAt: z.iso.datetime(),
  startedAt: time,
  finishedAt: time,
  seconds: z.number().nullable(),
  attempt: whole,
  deliveries: whole,
  fetched: whole,
  requests: whole,
  error: problem.extend({ retryable: z.boolean() }).nullable(),
  waitingFor: problem.nullable(),
  waitingSince: time,
  nextAttemptAt: time,
})

export type JobLine = z.infer<typeof jobLine>

/** The columns hold what the worker wrote, so that they are checked as they are read. */
export function jobLineOf(job: StoredJob): JobLine {
  return jobLine.parse({
    jobId: job.id,
    tenantId: job.tenantId,
    provider: job.provider,
    account: job.account,
    status: job.status,
    syncType: job.syncType,
    createdAt: job.createdAt.toISOString(),
    startedAt: iso(job.startedAt),
    finishedAt: iso(job.finishedAt),
    seconds: job.took,
    attempt: job.attempt,
    deliveries: job.deliveries,
    fetched: job.fetched,
    requests: job.requests,
    error: job.error,
    waitingFor: job.waitingFor,
    waitingSince: iso(job.waitingSince),
    nextAttemptAt: iso(job.nextAttemptAt),
  })
}

export const iso = (at: Date | null) => at?.toISOString() ?? null
