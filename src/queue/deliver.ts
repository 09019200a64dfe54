import { disposition, type Outcome } from '../job/outcome.ts'
import { parseRequest } from '../job/request.ts'
import { run } from '../job/run.ts'
import type { JobDeps } from '../job/session.ts'
import type { Log } from '../log/log.ts'
import type { DeliveryWatch, Ending, Telemetry } from '../telemetry/telemetry.ts'
import type { Message } from './message.ts'
import type { Ack, Queue } from './queue.ts'
import { redactBody } from './redact.ts'

export interface DeliveryDeps extends Omit<JobDeps, 'watch'> {
  readonly queue: Queue
  readonly telemetry?: Telemetry | undefined
  /** The names of the providers. A name that a message invents is no label of a metric. */
  readonly providerNames?: readonly string[]
}

interface WatchedDeps extends DeliveryDeps {
  readonly watch?: DeliveryWatch
}

/** The time that a delivery may take. */
export interface TimeLimit {
  readonly remainingMs: number
  /** Aborted when the process is asked to stop. */
  readonly shutdown?: AbortSignal
}

/** Works on the job of a message and tells the queue how it ended. Never rejects. */
export async function deliver(message: Message, limit: TimeLimit, deps: DeliveryDeps): Promise<Ack> {
  const { id, queue, attributes } = message
  const watch = deps.telemetry?.watch({ id, queue, attributes, remainingMs: limit.remainingMs })
  try {
    const log = deps.log.child({ messageId: id })
    const work = () => deliverOnce(message, limit, { ...deps, log, ...(watch && { watch }) })
    return await (watch ? watch.within(work) : work())
  } catch (error) {
    // A bug in the delivery of a message concerns no other message.
    deps.log.error(
      'the delivery failed in an unexpected way, and the queue redelivers the message. Report a bug with this line.',
      { event: 'delivery_crashed', messageId: message.id },
      error,
    )
    watch?.finished({ outcome: 'crashed', code: null, retryable: true })
    return 'redeliver'
  }
}

async function deliverOnce(message: Message, limit: TimeLimit, deps: WatchedDeps): Promise<Ack> {
  const stopHeartbeat = startHeartbeat(message, deps)
  try {
    const outcome = await runJob(message, limit, deps)
    await stopHeartbeat()
    const ack = await respond(message, outcome, deps)
    deps.watch?.finished(endingOf(outcome))
    return ack
  } finally {
    await stopHeartbeat()
  }
}

async function runJob(message: Message, { remainingMs, shutdown }: TimeLimit, deps: WatchedDeps): Promise<Outcome> {
  const parsed = parseRequest(message.body)
  if (parsed.kind === 'unreadable') {
    deps.log.error(`the message is not read. ${parsed.error.message}`, {
      event: 'message_unreadable',
      code: parsed.error.code,
    })
    return parsed
  }
  const { jobId, tenantId, providerName } = parsed.request
  deps.watch?.job({ jobId, tenantId, provider: deps.providerNames?.find((name) => name === providerName) })
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

function endingOf(outcome: Outcome): Ending {
  switch (outcome.kind) {
    case 'completed':
    case 'paused':
    case 'finished':
    case 'busy':
      return { outcome: outcome.kind, code: null, retryable: false }
    case 'unreadable':
      return { outcome: 'unreadable', code: outcome.error.code, retryable: false }
    case 'failed': {
      const { code, verdict } = outcome.error
      return { outcome: outcome.final ? 'failed' : 'retrying', code, retryable: verdict === 'retry' }
    }
  }
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

/** Milliseconds until the first heartbeat of a message. */
const firstBeatMs = 250

/**
 * Keeps a message while its job runs, a quarter longer than the lease, and renews that three times in a lease. If the
 * worker dies, the message comes back soon after the lease has ended, whatever the timeout of the queue itself. The
 * first heartbeat comes when SQS's client can load while the first requests are answered. A worker that dies before leaves
 * the message to the timeout of the queue: up to 15 minutes, so it must not come much later.
 * Returns how to stop it; a stopped heartbeat has made its last call.
 */
function startHeartbeat(message: Message, { queue, settings, log }: DeliveryDeps): () => Promise<void> {
  const seconds = Math.ceil(settings.leaseSeconds * 1.25)
  const logOnce = logFirstFailure(log)
  let lastBeat: Promise<void> = Promise.resolve()
  const beat = () => {
    lastBeat = queue.heartbeat(message, seconds).catch(logOnce)
  }
  const intervalMs = (settings.leaseSeconds * 1_000) / 3
  const first = setTimeout(beat, Math.min(firstBeatMs, intervalMs / 10))
  const timer = setInterval(beat, intervalMs)
  first.unref()
  timer.unref()
  return () => {
    clearTimeout(first)
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
