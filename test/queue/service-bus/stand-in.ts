// biome-ignore-all lint/suspicious/noExplicitAny: the types of rhea leave out most of what a server needs.
import { randomBytes } from 'node:crypto'
import type { Server, Socket } from 'node:net'
import rhea from 'rhea'
import { freePort } from '../../../src/local/postgres-server.ts'
import { answerManagement } from './management.ts'
import { createNamespace, type Lock, type NamespaceOptions, type StandInQueue } from './queues.ts'

/*
 * A stand-in for Azure Service Bus by AMQP 1.0, for @azure/service-bus with `UseDevelopmentEmulator=true`. It is written from
 * Microsoft's documents of the protocol and from what that library sends. It is not Azure.
 */

export interface StandInOptions extends NamespaceOptions {
  /** Called with the answer to a drain of credit, which is then the caller's to give. By default it is given at once. */
  readonly onDrain?: (answer: () => void) => void
  /** The same of a settlement: nothing of it is done before. */
  readonly onSettle?: (answer: () => void) => void
}

const atOnce = (answer: () => void) => answer()

export interface StandIn {
  /** For `Queue.Url`. */
  readonly url: string
  /** Breaks all connections and listens no more; what the queues hold stays. */
  stop(): Promise<void>
  /** Listens again on the same port. */
  start(): Promise<void>
  queue(name: string): StandInQueue
  close(): Promise<void>
}

const management = /\$(?:cbs|management)$/

/** The byte order of a GUID in .NET, in which the library makes a lock token of a delivery tag. */
const guidOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
const tokenOf = (tag: Buffer) => Buffer.from(guidOrder.map((at) => tag[at] ?? 0)).toString('hex')

export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const { onDrain = atOnce, onSettle = atOnce } = options
  const namespace = createNamespace(options)
  const container: any = rhea.create_container({
    id: 'stand-in',
    sender_options: { autosettle: false },
    receiver_options: { autoaccept: false },
  } as any)
  container.sasl_server_mechanisms.enable_anonymous()
  container.sasl_server_mechanisms.MSSBCBS = container.sasl_server_mechanisms.ANONYMOUS
  for (const event of ['error', 'protocol_error', 'connection_error', 'session_error']) container.on(event, () => {})

  const links = new Map<StandInQueue, Set<any>>()
  const linksOf = (queue: StandInQueue) => {
    const existing = links.get(queue) ?? new Set()
    links.set(queue, existing)
    return existing
  }
  const pumping = new Set<StandInQueue>()
  // Once a turn, because a link counts its credit down only after the turn in which it sent.
  const pump = (queue: StandInQueue) => {
    if (pumping.has(queue)) return
    pumping.add(queue)
    setImmediate(() => {
      pumping.delete(queue)
      for (const link of linksOf(queue))
        for (let { credit } = link; credit > 0 && queue.ready.length > 0 && link.sendable(); credit--)
          deliver(queue, link)
    })
  }
  const deliver = (queue: StandInQueue, link: any) => {
    const stored = queue.ready.shift()
    if (!stored) return
    const tag = randomBytes(16)
    const lock = queue.lock(stored, tokenOf(tag))
    const { delivery_annotations: _, ...amqp } = stored.amqp as any
    const delivery = link.send(
      {
        ...amqp,
        delivery_count: stored.deliveries,
        message_annotations: {
          ...amqp.message_annotations,
          'x-opt-sequence-number': rhea.types.wrap_long(stored.sequence),
          'x-opt-enqueued-time': rhea.types.wrap_timestamp(stored.enqueuedAt),
          'x-opt-locked-until': rhea.types.wrap_timestamp(lock.until),
        },
      },
      tag,
    )
    delivery.lock = lock
  }

  const replies = new WeakMap<object, Map<string, any>>()
  const repliesOf = ({ connection }: any) => {
    const existing = replies.get(connection) ?? new Map<string, any>()
    replies.set(connection, existing)
    return existing
  }
  container.on('sender_open', ({ sender }: any) => {
    const { source, target, rcv_settle_mode, snd_settle_mode } = sender.remote.attach
    sender.set_source(source)
    sender.set_target(target)
    answerDrains(sender)
    Object.assign(sender.local.attach, { rcv_settle_mode, snd_settle_mode })
    const address = source?.address ?? ''
    // `$cbs` is answered on the one link from there, a request to another node on the link that it names.
    if (management.test(address)) return void repliesOf(sender).set(target?.address ?? address, sender)
    sender.queue = namespace.queue(address.replace(/^\//, ''))
    sender.queue.onReady = () => pump(sender.queue)
    linksOf(sender.queue).add(sender)
    pump(sender.queue)
  })
  container.on('receiver_open', ({ receiver }: any) => {
    const { source, target } = receiver.remote.attach
    receiver.set_target(target)
    receiver.set_source(source)
    receiver.address = (target?.address ?? '').replace(/^\//, '')
  })
  // The library waits for the answer to a close.
  container.on('sender_close', ({ sender }: any) => {
    if (sender.queue) linksOf(sender.queue).delete(sender)
    sender.close()
  })
  container.on('receiver_close', ({ receiver }: any) => receiver.close())
  container.on('sender_draining', ({ sender }: any) => {
    if (sender.queue) pump(sender.queue)
    // In the turn after the pump, and by a frame of its own.
    setImmediate(() =>
      onDrain(() => {
        sender.set_drained(true)
        sender.connection._register()
      }),
    )
  })
  for (const event of ['sender_flow', 'sendable'])
    container.on(event, ({ sender }: any) => sender.queue && pump(sender.queue))
  // A lost connection frees no lock.
  const forget = (connection: unknown) => {
    for (const set of links.values()) for (const link of set) if (link.connection === connection) set.delete(link)
  }
  container.on('disconnected', ({ connection }: any) => forget(connection))
  container.on('connection_close', ({ connection }: any) => {
    forget(connection)
    connection.close()
  })

  const settles = (outcome: string, action: (lock: Lock, state: any) => void) =>
    container.on(outcome, ({ delivery }: any) => {
      const lock: Lock | undefined = delivery.lock
      if (!lock || delivery.answered) return
      // One outcome may raise two events.
      delivery.answered = true
      const settle = (state: any) => {
        delivery.update(true, state)
        // The library does not answer this. A link has room for 2,048 deliveries that rhea does not forget.
        delivery.remote_settled = true
      }
      onSettle(() => {
        if (!lock.release()) return settle(lockLost())
        action(lock, delivery.remote_state ?? {})
        const state = outcome === 'rejected' ? (rhea.message as any).accepted() : delivery.remote_state
        settle(state.described())
      })
    })
  settles('accepted', () => {})
  settles('released', ({ queue, stored }) => queue.giveBack(stored))
  settles('modified', ({ queue, stored }) => queue.giveBack(stored))
  settles('rejected', ({ queue, stored }, { error = {} }) =>
    queue.bury(stored, String(error.condition), String(error.description)),
  )

  container.on('message', ({ message, delivery, receiver }: any) => {
    delivery.accept()
    if (!management.test(receiver.address)) return void namespace.queue(receiver.address).enqueue(message)
    const links = repliesOf(receiver)
    const reply = links.get(message.reply_to) ?? links.get(receiver.address)
    const queue = namespace.queue(receiver.address.replace(/\/?\$management$/, ''))
    const { status, body } = answerManagement(queue, message)
    reply.send({
      correlation_id: message.message_id ?? message.correlation_id,
      application_properties: {
        'status-code': status,
        statusCode: status,
        'status-description': String(status),
        ...(status === 410 ? { errorCondition: 'com.microsoft:message-lock-lost' } : {}),
      },
      body,
    })
  })

  let server: Server | undefined
  // It starts again on the same port, which meanwhile nobody may be given.
  const port = await freePort()
  const sockets = new Set<Socket>()
  const start = () =>
    new Promise<void>((resolve, reject) => {
      server = container.listen({ port, host: '127.0.0.1' }) as Server
      server.on('connection', (socket) => {
        sockets.add(socket)
        socket.once('close', () => sockets.delete(socket))
      })
      server.once('error', reject)
      server.once('listening', resolve)
    })
  const stop = async () => {
    for (const socket of sockets) socket.destroy()
    // A connection that ends at this end tells nobody. A message for its links would be locked by a worker that is gone.
    links.clear()
    await new Promise((resolve) => {
      server?.close(resolve)
    })
  }
  await start()
  return {
    url: `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=worker;SharedAccessKey=c2VjcmV0IGtleQ==;UseDevelopmentEmulator=true;EntityPath=jobs`,
    queue: namespace.queue,
    start,
    stop,
    async close() {
      namespace.close()
      await stop()
    },
  }
}

/**
 * Answers a drain also where a message has taken the last credit meanwhile. By itself rhea would not, and the library of
 * Azure closes a link whose drain has no answer in 200 ms.
 */
function answerDrains(sender: any): void {
  sender._get_drain = () => {
    if (!sender._draining || !sender._drained) return false
    sender._draining = false
    sender.delivery_count += sender.credit
    sender.credit = 0
    return true
  }
}

function lockLost() {
  const error = { condition: 'com.microsoft:message-lock-lost', description: 'The lock supplied is invalid.' }
  return (rhea.message as any).rejected({ error }).described()
}
