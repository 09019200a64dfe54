import * as z from 'zod'
import { sentWith } from '../../job/sent-with.ts'
import { syncJobResult } from '../../job/state/result-schema.ts'
import { deliveriesOf } from '../../operations/deliveries.ts'
import type { StoredJob } from '../../operations/jobs.ts'
import { planRetry } from '../../operations/retry.ts'
import { adviceFor } from '../advice.ts'
import { iso, jobLine, jobLineOf } from './job-json.ts'

const whole = z.int().min(0)

const progress = z.record(z.string(), z.looseObject({ fetched: whole, share: z.number() }))

/** How far each resource is; none where another version wrote it otherwise. */
export const readProgress = (stored: unknown) => progress.catch({}).parse(stored)

/** What `jobs show --json` writes: the keys of `jobs list --json`, and more. docs/commands.md explains each key. */
export const jobDetails = jobLine.extend({
  hop: whole,
  stalled: whole,
  created: whole,
  updated: whole,
  unchanged: whole,
  rejected: whole,
  deleted: whole,
  waitedSeconds: z.number(),
  leaseOwner: z.string().nullable(),
  leaseUntil: z.iso.datetime().nullable(),
  isHeld: z.boolean(),
  options: z.record(z.string(), z.unknown()),
  sentWith: sentWith.nullable(),
  progress,
  result: syncJobResult.nullable(),
  timeline: z.array(
    z.object({
      began: z.iso.datetime().nullable(),
      ended: z.iso.datetime().nullable(),
      how: z.string(),
      fetched: z.int(),
      requests: z.int(),
      commits: z.int(),
      code: z.string().nullable(),
      worker: z.string().nullable(),
    }),
  ),
  advice: z.object({ happened: z.string(), do: z.string(), retried: z.string() }).nullable(),
  retry: z.object({
    how: z.enum(['goes on', 'starts over', 'new job', 'refused']),
    jobId: z.guid().nullable(),
    reason: z.string().nullable(),
  }),
})

export type JobDetails = z.infer<typeof jobDetails>

export function jobDetailsOf(job: StoredJob): JobDetails {
  const line = jobLineOf(job)
  const code = line.waitingFor?.code ?? line.error?.code
  return {
    ...line,
    hop: job.hop,
    stalled: job.stalled,
    created: job.created,
    updated: job.updated,
    unchanged: job.unchanged,
    rejected: job.rejected,
    deleted: job.deleted,
    waitedSeconds: job.waitedMs / 1_000,
    leaseOwner: job.leaseOwner,
    leaseUntil: iso(job.leaseUntil),
    isHeld: job.isHeld,
    options: z.record(z.string(), z.unknown()).catch({}).parse(job.options),
    sentWith: sentWith.nullable().catch(null).parse(job.sentWith),
    progress: readProgress(job.progress),
    // A version before wrote other keys, or none.
    result: syncJobResult.nullable().catch(null).parse(job.result),
    timeline: deliveriesOf(job).map(({ began, ended, ...delivery }) => ({
      began: iso(began),
      ended: iso(ended),
      ...delivery,
    })),
    advice: code === undefined ? null : adviceFor(code),
    retry: retryOf(job),
  }
}

function retryOf(job: StoredJob): JobDetails['retry'] {
  const retry = planRetry(job)
  return retry.kind === 'send'
    ? { how: retry.how, jobId: retry.message.jobId, reason: null }
    : { how: 'refused', jobId: null, reason: retry.reason }
}
