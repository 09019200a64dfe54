import type { SQSRecord } from 'aws-lambda'
import { disposition, type Outcome } from '../job/outcome.ts'
import { parseRequest } from '../job/request.ts'
import { run } from '../job/run.ts'
import type { JobDeps } from '../job/session.ts'
import type { Log } from '../log/log.ts'
import type { Queue } from './queue.ts'
import { redactBody } from './redact.ts'

export interface DeliveryDeps extends JobDeps {
  readonly queue: Queue
}

/** The time an invocation has. */
export interface Invocation {
  readonly remainingMs: number
  readonly shutdown?: AbortSignal
}

/** What to answer the queue about one message. */
export type Answer = 'acknowledge' | 'redeliver'

/** One message: job done or put off, and the queue told so. Rejects only on a bug. */
export async function deliver(message: SQSRecord, invocation: Invocation, deps: DeliveryDeps): Promise<Answer> {
  const log = deps.log.child({ messageId: message.messageId })
  const release = keepHidden(message, deps, log)
  try {
    const outcome = await work(message, invocation, { ...deps, log })
    await release()
    return await settle(message, outcome, { queue: deps.queue, log })
  } finally {
    await release()
  }
}

async function work(message: SQSRecord, { remainingMs, shutdown }: Invocation, deps: DeliveryDeps): Promise<Outcome> {
  const parsed = parseRequest(message.body)
  if (parsed.kind === 'unreadable') {
    deps.log.error('message cannot be read', {
      event: 'message_unreadable',
      code: parsed.error.code,
      reason: parsed.error.message,
    })
    return parsed
  }
  const problem = parsed.kind === 'invalid' ? { problem: parsed.error } : {}
  const sent = Number(message.attributes?.SentTimestamp ?? Number.NaN)
  return run(
    {
      request: parsed.request,
      ...problem,
      // No date of a queue, where it is one that no database takes.
      sentAt: sent >= 0 && sent < 253_402_300_800_000 ? new Date(sent) : undefined,
      receiveCount: receivesOf(message),
      remainingMs,
      ...(shutdown ? { shutdown } : {}),
    },
    deps,
  )
}

const receivesOf = ({ attributes }: SQSRecord) => Number(attributes?.ApproximateReceiveCount ?? 1) || 1

/** Tells the queue what became of a message. What the queue does not confirm is redelivered: nothing is lost. */
async function settle(
  message: SQSRecord,
  outcome: Outcome,
  { queue, log }: Pick<DeliveryDeps, 'queue' | 'log'>,
): Promise<Answer> {
  const told = disposition(outcome)
  // Without its group SQS would take it for another tenant's, and a quiet one's: ahead of those that keep theirs.
  const sendAgain = (delaySeconds: number) => queue.send(message.body, delaySeconds, message.attributes?.MessageGroupId)
  try {
    switch (told.kind) {
      case 'acknowledge':
        return 'acknowledge'
      case 'send-again':
        await sendAgain(told.delaySeconds)
        return 'acknowledge'
      case 'bury':
        await queue.bury({
          body: redactBody(message.body),
          reason: told.reason,
          code: told.code,
          messageId: message.messageId,
        })
        return 'acknowledge'
      case 'redeliver':
        if (outcome.kind === 'failed' && outcome.stored && receivesOf(message) > 1) {
          // The row counts attempts. The queue counts receives, and would give the message up by a limit of its own.
          await sendAgain(told.delaySeconds)
          return 'acknowledge'
        }
        await queue.hide(message.receiptHandle, told.delaySeconds)
        return 'redeliver'
    }
  } catch (error) {
    log.warn(
      'the queue did not confirm; the message will be redelivered',
      { event: 'queue_unconfirmed', outcome: outcome.kind },
      error,
    )
    return 'redeliver'
  }
}

/**
 * Keeps a message hidden while it is worked on, a quarter longer than the lease and renewed three times in a lease: when
 * its worker dies the message is back soon after the lease has run out, whatever the queue's own visibility timeout is.
 */
function keepHidden(message: SQSRecord, { queue, settings }: DeliveryDeps, log: Log): () => Promise<void> {
  const seconds = Math.ceil(settings.leaseSeconds * 1.25)
  let failed = false
  let last: Promise<void> = Promise.resolve()
  const beat = () => {
    last = queue.hide(message.receiptHandle, seconds).catch((error) => {
      // The lease in the database guards the job anyway; once is enough to say so.
      if (!failed) log.warn('the message could not be kept hidden', { event: 'heartbeat_failed' }, error)
      failed = true
    })
  }
  beat()
  const timer = setInterval(beat, (settings.leaseSeconds * 1_000) / 3)
  timer.unref()
  return () => {
    clearInterval(timer)
    return last
  }
}
