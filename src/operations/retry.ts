import { createHash } from 'node:crypto'
import { resumableCodes } from '../job/claim.ts'
import type { SyncJobMessage } from '../job/request.ts'
import { sentWith } from '../job/sent-with.ts'
import type { StoredJob } from './jobs.ts'

/** How a job is sent again, or why it is not. */
export type Retry =
  | {
      readonly kind: 'send'
      readonly message: SyncJobMessage
      /** `goes on`: the same job, from its checkpoint. `new job`: the job had ended for good, and another one repeats it. */
      readonly how: 'goes on' | 'starts over' | 'new job'
    }
  | { readonly kind: 'refused'; readonly reason: string }

/** Decides by the row alone. The message has the same body as the job's own, apart from its id. */
export function planRetry(job: StoredJob): Retry {
  const refused = (reason: string): Retry => ({ kind: 'refused', reason })
  if (job.isHeld) return refused('A worker holds it, and goes on with it.')
  if (job.status === 'completed')
    return refused('It is completed. To read again, send a new job with billing-sync enqueue.')
  const sent = sentWith.safeParse(job.sentWith).data
  if (!sent) return refused('Its row does not say what its message named. Send it again from its sender.')
  if (sent.token === 'key')
    return refused(
      job.finishedAt === null
        ? 'Its message waits in the queue. The key in it is not kept in the database: if the message was lost, send it again from its sender.'
        : 'It was sent with a plain key, which the database does not keep. Send it again.',
    )
  const goesOn = canGoOn(job)
  return {
    kind: 'send',
    how: !goesOn ? 'new job' : job.status === 'failed' && isForced(job) ? 'starts over' : 'goes on',
    message: {
      jobId: goesOn ? job.id : retryId(job.id),
      tenantId: job.tenantId,
      providerName: job.provider,
      ...(sent.account !== undefined && { account: sent.account }),
      ...('reference' in sent && { accessToken: sent.reference }),
      additionalData: optionsOf(job),
    },
  }
}

/**
 * The id of the job that repeats one that has ended for good. It is made from the id of that job, so that a second retry
 * sends the same job, which is harmless.
 */
export function retryId(jobId: string): string {
  const hex = createHash('sha256').update(`billing-sync retry ${jobId}`).digest('hex')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5')
}

/** Whether the same id makes the worker go on with the job. */
function canGoOn({ finishedAt, error }: StoredJob): boolean {
  if (finishedAt === null) return true
  const { code, retryable } = errorOf(error)
  return retryable === true || resumableCodes.some((known) => known === code)
}

function errorOf(error: unknown): { readonly code?: unknown; readonly retryable?: unknown } {
  return typeof error === 'object' && error !== null ? error : {}
}

const isForced = ({ options }: StoredJob) =>
  typeof options === 'object' && options !== null && Reflect.get(options, 'forceRefresh') === true

/** The row has them as the worker parsed them. */
function optionsOf({ options }: StoredJob): SyncJobMessage['additionalData'] {
  return typeof options === 'object' ? options : {}
}
