import { disposition, type Outcome } from '../job/outcome.ts'
import { parseRequest } from '../job/request.ts'
import { run } from '../job/run.ts'
import type { JobDeps } from '../job/session.ts'
import type { Log } from '../log/log.ts'
import type { Message } from './message.ts'
import type { Ack, Queue } from './queue.ts'
import { redactBody } from './redact.ts'

export interface DeliveryDeps extends JobDeps {
  readonly queue: Queue
}

/** The time that a delivery may take. */
export interface TimeLimit {
  readonly remainingMs: number
  /** Aborted when the process is asked to stop. */
  readonly shutdown?: AbortSignal
}

/** Works on the job of a message and tells the queue how it ended. Never rejects. */
export async function deliver(message: Message, limit: TimeLimit, deps: DeliveryDeps): Promise<Ack> {
  try {
    const log = deps.log.child({ messageId: message.id })
    return await deliverOnce(message, limit, { ...deps, log })
  } catch (error) {
    // A bug in the delivery of a message concerns no other message.
    deps.log.error(
      'the delivery failed in an unexpected way, and the queue redelivers the message. Report a bug with this line.',
      { event: 'delivery_crashed', messageId: message.id },
      error,
    )
    return 'redeliver'
  }
}

async function deliverOnce(message: Message, limit: TimeLimit, deps: DeliveryDeps): Promise<Ack> {
  const stopHeartbeat = startHeartbeat(message, deps)
  try {
    const outcome = await runJob(message, limit, deps)
    await stopHeartbeat()
    return await respond(message, outcome, deps)
  } finally {
    await stopHeartbeat()
  }
}

async function runJob(message: Message, { remainingMs, shutdown }: TimeLimit, deps: DeliveryDeps): Promise<Outcome> {
  const parsed = parseRequest(message.body)
  if (parsed.kind === 'unreadable') {
    deps.log.error(`the message is not read. ${parsed.error.message}`, {
      event: 'message_unreadable',
      code: parsed.error.code,
    })
    return parsed
  }
  return run(
    {
      request: parsed.request,
      ...(parsed.kind === 'invalid' ? { problem: parsed.error } : {}),
      sentAt: message.sentAt,
      receiveCount: message.receiveCount,
      remainingMs,
      ...(shutdown ? { shutdown } : {}),
    },
    deps,
  )
}

/** Tells the queue what becomes of the message. A call that the queue does not confirm makes the message come again. */
async function respond(message: Message, outcome: Outcome, { queue, log }: DeliveryDeps): Promise<Ack> {
  const { body, group, id, receiveCount } = message
  const response = disposition(outcome, receiveCount)
  try {
    switch (response.kind) {
      case 'acknowledge':
        return 'acknowledge'
      case 'send-again':
        // A message without its group would overtake the messages of that group in a fair queue.
        await queue.send(body, response.delaySeconds, group)
        return 'acknowledge'
      case 'dead-letter':
        await queue.deadLetter({
          body: redactBody(body),
          reason: response.reason,
          code: response.code,
          messageId: id,
          group,
        })
        return 'acknowledge'
      case 'redeliver':
        await queue.giveBack(message, response.delaySeconds)
        return 'redeliver'
    }
  } catch (error) {
    log.warn(
      'the queue did not confirm a call, and redelivers the message',
      { event: 'queue_unconfirmed', outcome: outcome.kind },
      error,
    )
    return 'redeliver'
  }
}

/**
 * Keeps a message while its job runs, a quarter longer than the lease, and renews that three times in a lease. If the
 * worker dies, the message comes back soon after the lease has ended, whatever the timeout of the queue itself.
 * Returns how to stop it; a stopped heartbeat has made its last call.
 */
function startHeartbeat(message: Message, { queue, settings, log }: DeliveryDeps): () => Promise<void> {
  const seconds = Math.ceil(settings.leaseSeconds * 1.25)
  const logOnce = logFirstFailure(log)
  let lastBeat: Promise<void> = Promise.resolve()
  const beat = () => {
    lastBeat = queue.heartbeat(message, seconds).catch(logOnce)
  }
  beat()
  const timer = setInterval(beat, (settings.leaseSeconds * 1_000) / 3)
  timer.unref()
  return () => {
    clearInterval(timer)
    return lastBeat
  }
}

/** A missed heartbeat is worth one line: the lease in the database guards the job anyway. */
function logFirstFailure(log: Log): (error: unknown) => void {
  let logged = false
  return (error) => {
    if (!logged) log.warn('the queue did not accept a heartbeat of the message', { event: 'heartbeat_failed' }, error)
    logged = true
  }
}
