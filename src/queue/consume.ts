import { abortedAfter } from '../clock.ts'
import type { Message } from './message.ts'
import type { MessageWorker } from './message-worker.ts'
import type { Pulse } from './pulse.ts'
import type { Ack, Intake } from './queue.ts'
import type { WithRetry } from './retry.ts'

export interface Consumer {
  readonly intake: Intake
  readonly worker: MessageWorker
  readonly withRetry: WithRetry
  readonly pulse: Pulse
}

/** A delivery has the time that it has in Lambda: no lock has to outlive it, and a job of any length is paused in between. */
const deliveryMs = 900_000
/** A receiver that waits asks again after that, so that one that is stuck can be told from one without messages. */
const receiveMs = 60_000
/** The same after an outage, whose end is known once a receive has ended. */
const receiveAfterOutageMs = 5_000

/** What a pulse believes: a call and a delivery that last longer are stuck. */
export const pulseLimits = { callMs: 2 * receiveMs, deliveryMs: deliveryMs + 300_000 }

/**
 * Receives messages and works on as many at once as the worker allows, until `shutdown` is aborted and the last delivery
 * has ended. One receiver serves all lanes. It asks for as many messages as lanes are free, so that no message waits in a
 * busy process. Never rejects.
 */
export async function consume({ intake, worker, withRetry, pulse }: Consumer, shutdown: AbortSignal): Promise<void> {
  const lanes = new Set<Promise<void>>()
  const start = (message: Message) => {
    const lane = pulse.delivery(() => workOn(message, intake, worker)).finally(() => lanes.delete(lane))
    lanes.add(lane)
  }
  const receive = (most: number) => {
    const ms = pulse.queue === 'away' ? receiveAfterOutageMs : receiveMs
    return abortedAfter(ms, shutdown, (signal) => pulse.call(() => intake.receive(most, signal)))
  }
  while (!shutdown.aborted) {
    const free = worker.concurrency - lanes.size
    if (free === 0) await Promise.race(lanes)
    else for (const message of (await withRetry(() => receive(free))) ?? []) start(message)
  }
  await Promise.all(lanes)
}

/** Never rejects: what the queue does not confirm, it delivers again. */
async function workOn(message: Message, intake: Intake, { deliver, log }: MessageWorker): Promise<void> {
  const ack = await deliver(message, deliveryMs)
  try {
    await respond(ack, message, intake)
  } catch (error) {
    log.warn(
      'the queue did not confirm the end of a delivery, and delivers the message again',
      { event: 'queue_unconfirmed', messageId: message.id, outcome: ack },
      error,
    )
  }
}

async function respond(ack: Ack, message: Message, intake: Intake): Promise<void> {
  switch (ack) {
    case 'acknowledge':
      return await intake.acknowledge(message)
    case 'redeliver':
      return await intake.release?.(message)
  }
}
