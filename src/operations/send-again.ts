import { findJobs, type StoredJob } from './jobs.ts'
import { planRetry } from './retry.ts'
import type { Reader } from './scope.ts'

/** The result of an action on a job. */
export interface JobOutcome {
  readonly jobId: string
  readonly done: boolean
  /** A sentence or two. */
  readonly reason: string
}

interface SendAgain {
  readonly reader: Reader
  /** Null: it is only said what would be sent. */
  readonly queue: { send(body: string, delaySeconds: number, group?: string): Promise<void> } | null
}

/** Sends the messages of jobs again, made from their rows. A job that another one repeats already is not sent. */
export async function sendAgain(
  jobs: readonly StoredJob[],
  { reader, queue }: SendAgain,
): Promise<readonly JobOutcome[]> {
  const plans = jobs.map((job) => ({ job, retry: planRetry(job) }))
  const ids = plans.flatMap(({ job, retry }) =>
    retry.kind === 'send' && retry.message.jobId !== job.id ? [retry.message.jobId] : [],
  )
  const repeated = new Map((await findJobs(reader, { ids }, ids.length)).map((job) => [job.id, job.status]))
  const outcomes: JobOutcome[] = []
  for (const plan of plans) outcomes.push(await sendOne(plan, repeated, queue))
  return outcomes
}

interface Plan {
  readonly job: StoredJob
  readonly retry: ReturnType<typeof planRetry>
}

async function sendOne(
  { job, retry }: Plan,
  repeated: ReadonlyMap<string, string>,
  queue: SendAgain['queue'],
): Promise<JobOutcome> {
  const { id, tenantId: group } = job
  if (retry.kind === 'refused') return { jobId: id, done: false, reason: retry.reason }
  const { jobId } = retry.message
  const status = repeated.get(jobId)
  if (status === 'failed')
    return { jobId: id, done: false, reason: `Job ${jobId} repeated it and failed. Retry that job instead.` }
  if (status !== undefined)
    return { jobId: id, done: true, reason: `Job ${jobId} repeats it already, and is ${status}.` }
  await queue?.send(JSON.stringify(retry.message), 0, group)
  const reason = { 'goes on': 'It goes on.', 'starts over': 'It starts over.', 'new job': `Job ${jobId} repeats it.` }
  return { jobId: id, done: true, reason: `${queue ? 'Sent' : 'It would be sent'}. ${reason[retry.how]}` }
}
