import { abortedAfter } from '../clock.ts'
import type { Log } from '../log/log.ts'
import type { Message } from '../queue/message.ts'
import type { Intake } from '../queue/queue.ts'
import { type Settlement, settle } from './settlement.ts'

export interface EventConsumer {
  readonly intake: Pick<Intake, 'receive' | 'acknowledge' | 'giveBack' | 'deadLetter' | 'heartbeat' | 'release'>
  /** Works on a batch. Never rejects. */
  work(messages: readonly Message[]): Promise<ReadonlyMap<Message, Settlement>>
  /** Makes a call to the queue until it succeeds; undefined if the worker is asked to stop before. */
  withRetry<Answer>(call: () => Promise<Answer>): Promise<Answer | undefined>
  /** The most messages of a batch. */
  readonly most: number
  /** Seconds for which the queue hides a message that is not kept. */
  readonly lockSeconds: number
  readonly log: Log
}

/** A receiver that waits asks again after that. */
const receiveMs = 60_000
/** As many as the smallest transport hands out at once: there may be more. */
const handful = 10

/**
 * Receives live events in batches until `shutdown` is aborted. A message alone is worked on at once, because a batch grows only
 * while the queue hands out full hands. Never rejects.
 */
export async function consumeEvents(consumer: EventConsumer, shutdown: AbortSignal): Promise<void> {
  while (!shutdown.aborted) {
    const messages = (await consumer.withRetry(() => gather(consumer, shutdown))) ?? []
    if (messages.length > 0) await workOn(messages, consumer)
  }
}

async function gather({ intake, most }: EventConsumer, shutdown: AbortSignal): Promise<readonly Message[]> {
  const messages = [...(await abortedAfter(receiveMs, shutdown, (signal) => intake.receive(most, signal)))]
  for (let hand = messages.length; hand >= handful && messages.length < most; ) {
    // What is there already. To break off a wait would lose a message on its way until its lock ends.
    const more = await intake.receive(most - messages.length, shutdown, true).catch(() => [])
    messages.push(...more)
    hand = more.length
  }
  return messages
}

async function workOn(messages: readonly Message[], consumer: EventConsumer): Promise<void> {
  const stopHeartbeat = startHeartbeat(messages, consumer)
  const settlements = await consumer.work(messages)
  await stopHeartbeat()
  await Promise.all([...settlements].map(([message, settlement]) => respond(message, settlement, consumer)))
}

async function respond(message: Message, settlement: Settlement, { intake, log }: EventConsumer): Promise<void> {
  const ack = await settle(message, settlement, { queue: intake, log })
  try {
    if (ack === 'acknowledge') await intake.acknowledge(message)
    else if (settlement.kind !== 'hide') await intake.release?.(message)
  } catch (error) {
    log.warn(
      'the queue did not confirm the end of a delivery, and delivers the message again',
      { event: 'queue_unconfirmed', messageId: message.id },
      error,
    )
  }
}

/** Keeps the messages of a batch while it is worked on. Returns how to stop it. */
function startHeartbeat(
  messages: readonly Message[],
  { intake, lockSeconds, log }: EventConsumer,
): () => Promise<unknown> {
  let beating: Promise<unknown> = Promise.resolve()
  const timer = setInterval(
    () => {
      beating = Promise.all(messages.map((message) => intake.heartbeat(message, lockSeconds))).catch((error) =>
        log.warn('the queue did not accept a heartbeat of the message', { event: 'heartbeat_failed' }, error),
      )
    },
    (lockSeconds * 1_000) / 3,
  )
  timer.unref()
  return () => {
    clearInterval(timer)
    return beating
  }
}
