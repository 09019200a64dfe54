// biome-ignore-all lint/suspicious/noExplicitAny: the types of rhea leave out most of what a server needs.
import rhea from 'rhea'
import type { Lock, StandInQueue, Stored } from './queues.ts'

const gone = { status: 410 }
const hex = (token: Iterable<number>) => Buffer.from([...token]).toString('hex')

/** Answers a request to the management node of a queue, or to `$cbs`. */
export function answerManagement(
  queue: StandInQueue,
  message: any,
): { readonly status: number; readonly body?: unknown } {
  const { body } = message
  switch (message.application_properties?.operation) {
    case 'put-token':
      return { status: 202 }
    case 'com.microsoft:renew-lock':
      return renew([...body['lock-tokens']].map((token: any) => queue.locks.get(hex(token))))
    case 'com.microsoft:schedule-message': {
      const sequences = body.messages.map((scheduled: any) =>
        queue.enqueue(rhea.message.decode(scheduled.message) as any),
      )
      return { status: 200, body: { 'sequence-numbers': rhea.types.wrap_array(sequences, 0x81, undefined as any) } }
    }
    case 'com.microsoft:cancel-scheduled-message':
      for (const sequence of body['sequence-numbers']) queue.scheduled.delete(Number(sequence))
      return { status: 200 }
    case 'com.microsoft:update-disposition':
      return dispose(queue, body)
    case 'com.microsoft:peek-message':
      return peek(queue, Number(body['from-sequence-number']), Number(body['message-count']))
    default:
      return { status: 501 }
  }
}

function renew(locks: readonly (Lock | undefined)[]) {
  if (!locks.every((lock) => lock?.renew())) return gone
  const expirations = locks.map((lock) => lock?.until ?? 0)
  return { status: 200, body: { expirations: rhea.types.wrap_array(expirations, 0x83, undefined as any) } }
}

/** What a message gets whose link was lost. */
function dispose(queue: StandInQueue, body: any) {
  for (const token of body['lock-tokens']) {
    const lock = queue.locks.get(hex(token))
    if (!lock?.release()) return gone
    if (body['disposition-status'] === 'abandoned') queue.giveBack(lock.stored)
    if (body['disposition-status'] === 'suspended')
      queue.bury(lock.stored, body['deadletter-reason'], body['deadletter-description'])
  }
  return { status: 200 }
}

/** Also messages that are locked or wait for their time. */
function peek(queue: StandInQueue, from: number, most: number) {
  const active = [...queue.ready, ...[...queue.locks.values()].map(({ stored }) => stored)]
  const seen = [
    ...active.map((stored) => ({ stored, state: 0 })),
    ...[...queue.scheduled.values()].map((stored) => ({ stored, state: 2 })),
  ]
    .filter(({ stored }) => stored.sequence >= from)
    .sort((a, b) => a.stored.sequence - b.stored.sequence)
    .slice(0, most)
  if (seen.length === 0) return { status: 204 }
  return { status: 200, body: { messages: seen.map(({ stored, state }) => ({ message: encoded(stored, state) })) } }
}

function encoded({ amqp, sequence, enqueuedAt, deliveries }: Stored, state: number) {
  const annotations = {
    ...amqp.message_annotations,
    'x-opt-sequence-number': rhea.types.wrap_long(sequence),
    'x-opt-enqueued-time': rhea.types.wrap_timestamp(enqueuedAt),
    'x-opt-message-state': rhea.types.wrap_int(state),
  }
  const message = { ...amqp, delivery_count: deliveries, message_annotations: annotations } as any
  return rhea.types.wrap_binary(rhea.message.encode(message) as any)
}
