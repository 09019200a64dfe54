import * as z from 'zod'
import type { StoredJob } from './jobs.ts'

const time = z
  .string()
  .transform((at) => new Date(at))
  .pipe(z.date())
const change = z.int().default(0)

const ended = z.object({
  began: time.nullable().default(null),
  ended: time,
  how: z.enum(['completed', 'failed', 'retrying', 'cancelled', 'paused', 'busy', 'lost']),
  fetched: change,
  requests: change,
  commits: change,
  code: z.string().nullable().default(null),
  worker: z.string().nullable().default(null),
})

const begun = z.object({
  began: time,
  from: z
    .object({ fetched: z.int(), requests: z.int(), commits: z.int() })
    .default({ fetched: 0, requests: 0, commits: 0 }),
})

/** One delivery of a job, as the row's timeline has it. */
export interface JobDelivery extends Omit<z.infer<typeof ended>, 'how' | 'ended'> {
  /** The last sign of life of a lost worker. Null while the worker is at it. */
  readonly ended: Date | null
  readonly how: z.infer<typeof ended>['how'] | 'running'
}

/** The most deliveries that a row keeps: the last ones. */
export const deliveriesKept = 50

/** The deliveries of a job, oldest first. What cannot be read is left out. */
export function deliveriesOf(job: StoredJob): readonly JobDelivery[] {
  if (!Array.isArray(job.timeline)) return []
  return job.timeline.flatMap((entry): readonly JobDelivery[] => {
    const over = ended.safeParse(entry)
    if (over.success) return [over.data]
    const open = begun.safeParse(entry)
    if (!open.success || job.status !== 'running') return []
    const { began, from } = open.data
    const { fetched, requests, commits } = job
    const since = {
      fetched: fetched - from.fetched,
      requests: requests - from.requests,
      commits: commits - from.commits,
    }
    return [{ began, ended: null, how: 'running', ...since, code: null, worker: job.leaseOwner }]
  })
}

/** How a delivery ended, as a sentence. */
export function endOf({ how, code }: JobDelivery): string {
  switch (how) {
    case 'running':
      return 'A worker is at it.'
    case 'completed':
      return 'It completed the job.'
    case 'failed':
      return `The job failed${code === null ? '' : ` (${code})`}.`
    case 'retrying':
      return `The attempt failed${code === null ? '' : ` (${code})`}, and another followed.`
    case 'cancelled':
      return 'The job was cancelled.'
    case 'paused':
      return 'Time ran out: the job was paused and sent again.'
    case 'busy':
      return 'Another job held the account: the job was sent again.'
    case 'lost':
      return 'The worker was lost: it gave no further sign of life.'
  }
}
