import type { SyncError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import type { Message } from '../queue/message.ts'
import type { Ack, Queue } from '../queue/queue.ts'

/** What becomes of a message of the events queue. */
export type Settlement =
  | { readonly kind: 'acknowledge' }
  /** The queue delivers the message again after so many seconds. It is never sent as a new one, which would renew its time. */
  | { readonly kind: 'hide'; readonly seconds: number }
  /** `origin`: the provider and the route, all that a dead letter tells of the event. */
  | { readonly kind: 'dead-letter'; readonly error: SyncError; readonly origin: string }

/** Tells the queue what becomes of a message. Never rejects: what the queue does not confirm, it delivers again. */
export async function settle(
  message: Message,
  settlement: Settlement,
  { queue, log }: { readonly queue: Pick<Queue, 'giveBack' | 'deadLetter'>; readonly log: Log },
): Promise<Ack> {
  try {
    switch (settlement.kind) {
      case 'acknowledge':
        return 'acknowledge'
      case 'hide':
        await queue.giveBack(message, settlement.seconds)
        return 'redeliver'
      case 'dead-letter': {
        const { error, origin } = settlement
        const { id: messageId, group, sentAt } = message
        log.error(`an event is not applied. ${error.message}`, { event: 'event_dead', messageId, code: error.code })
        // A redrive leaves what is redacted: without its payload it would be dead again.
        const about = { event: origin, messageId, sentAt: sentAt?.toISOString() ?? null }
        const body = JSON.stringify({ ...about, payload: '[redacted]' })
        await queue.deadLetter({ body, reason: error.message, code: error.code, messageId, group })
        return 'acknowledge'
      }
    }
  } catch (error) {
    log.warn(
      'the queue did not confirm a call, and redelivers the message',
      { event: 'queue_unconfirmed', messageId: message.id },
      error,
    )
    return 'redeliver'
  }
}
