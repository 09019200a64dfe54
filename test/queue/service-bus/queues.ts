import type { Message } from 'rhea'

/** A message as a queue of Service Bus has it. */
export interface Stored {
  readonly amqp: Message
  readonly sequence: number
  /** Deliveries before. */
  readonly deliveries: number
  readonly enqueuedAt: number
}

export interface Lock {
  readonly stored: Stored
  readonly queue: StandInQueue
  /** Ends the lock; false if it has ended already. */
  release(): boolean
  /** Begins its time again. False if it has ended. */
  renew(): boolean
  readonly until: number
}

export interface StandInQueue {
  readonly name: string
  readonly ready: Stored[]
  /** By the hexadecimal of the lock token. */
  readonly locks: Map<string, Lock>
  readonly scheduled: Map<number, Stored>
  enqueue(amqp: Message): number
  lock(stored: Stored, token: string): Lock
  /** To be delivered again, counted. */
  giveBack(stored: Stored): void
  bury(stored: Stored, reason: string, description: string): void
  /** Called when a message is ready. */
  onReady: () => void
}

export interface NamespaceOptions {
  readonly lockMs: number
  /** `MaxDeliveryCount` of each queue. */
  readonly maxDeliveries?: number
  /** Whether each queue drops a message whose id it has seen. */
  readonly detectsDuplicates?: boolean
}

export interface Namespace {
  queue(name: string): StandInQueue
  close(): void
}

/** Queues that behave as Microsoft's documents say: peek-lock with an end, delivery counts, schedules, dead letters. */
export function createNamespace({
  lockMs,
  maxDeliveries = 2_000,
  detectsDuplicates = false,
}: NamespaceOptions): Namespace {
  const queues = new Map<string, StandInQueue>()
  const timers = new Set<NodeJS.Timeout>()
  let sequence = 0

  const after = (ms: number, action: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      action()
    }, ms)
    timers.add(timer)
    return () => {
      clearTimeout(timer)
      timers.delete(timer)
    }
  }

  function queue(name: string): StandInQueue {
    const existing = queues.get(name)
    if (existing) return existing
    const ids = new Set<unknown>()
    const put = (stored: Stored) => {
      created.ready.push({ ...stored, enqueuedAt: Date.now() })
      setImmediate(() => created.onReady())
    }
    const created: StandInQueue = {
      name,
      ready: [],
      locks: new Map(),
      scheduled: new Map(),
      onReady: () => {},
      enqueue(amqp) {
        const stored = { amqp, sequence: ++sequence, deliveries: 0, enqueuedAt: Date.now() }
        if (detectsDuplicates && ids.has(amqp.message_id)) return stored.sequence
        ids.add(amqp.message_id)
        const at = amqp.message_annotations?.['x-opt-scheduled-enqueue-time']
        const ms = at === undefined ? 0 : Number(at) - Date.now()
        if (ms <= 0) put(stored)
        else {
          created.scheduled.set(stored.sequence, stored)
          after(ms, () => {
            if (created.scheduled.delete(stored.sequence)) put(stored)
          })
        }
        return stored.sequence
      },
      lock(stored, token) {
        let cancel = () => {}
        const end = () => {
          if (created.locks.delete(token)) created.giveBack(stored)
        }
        const lock = {
          stored,
          queue: created,
          until: 0,
          release() {
            cancel()
            return created.locks.delete(token)
          },
          renew() {
            if (!created.locks.has(token)) return false
            cancel()
            cancel = after(lockMs, end)
            lock.until = Date.now() + lockMs
            return true
          },
        }
        created.locks.set(token, lock)
        lock.renew()
        return lock
      },
      giveBack(stored) {
        const deliveries = stored.deliveries + 1
        if (deliveries >= maxDeliveries && !name.endsWith('$DeadLetterQueue'))
          created.bury(
            stored,
            'MaxDeliveryCountExceeded',
            `Message could not be consumed after ${maxDeliveries} delivery attempts.`,
          )
        else put({ ...stored, deliveries })
      },
      bury({ amqp, ...stored }, reason, description) {
        const properties = {
          ...amqp.application_properties,
          DeadLetterReason: reason,
          DeadLetterErrorDescription: description,
        }
        const dead = queue(`${name}/$DeadLetterQueue`)
        dead.ready.push({ ...stored, deliveries: 0, amqp: { ...amqp, application_properties: properties } })
        setImmediate(() => dead.onReady())
      },
    }
    queues.set(name, created)
    return created
  }

  return {
    queue,
    close() {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
