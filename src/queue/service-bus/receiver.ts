import {
  isServiceBusError,
  type ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from '@azure/service-bus'

/** A server answers a settlement in milliseconds. */
const patienceMs = 2_000

/** A receiver of the library, which is replaced when its link may be gone. */
export interface ReplacedReceiver {
  /** At most the given number of messages. */
  take(most: number, maxWaitTimeInMs: number): Promise<readonly ServiceBusReceivedMessage[]>
  /** @throws the error of the library if the server refuses the settlement, or never answers it */
  settle(settlement: Settlement): Promise<void>
  renewLock(message: ServiceBusReceivedMessage): Promise<unknown>
  close(): Promise<void>
}

type Settlement = (receiver: ServiceBusReceiver) => Promise<void>

/**
 * The library closes a link when its connection breaks, and when a drain of its credit has no answer in 200 ms. It opens
 * another link of the same name, and settles the messages of the closed one on the closed one: no answer ever comes. After a
 * receiver was replaced the library does not know that name, and settles by the token of the lock.
 */
export function openReceiver(client: ServiceBusClient, queue: string): ReplacedReceiver {
  // By itself the library would renew each lock for five minutes and then let go.
  const options = { maxAutoLockRenewalDurationInMs: 0, skipParsingBodyAsJson: true }
  let current = client.createReceiver(queue, options)
  const replace = (used: ServiceBusReceiver) => {
    if (used !== current) return
    current = client.createReceiver(queue, options)
    used.close().catch(() => {})
  }
  return {
    async take(most, maxWaitTimeInMs) {
      const used = current
      try {
        return await used.receiveMessages(most, { maxWaitTimeInMs })
      } catch (error) {
        // A settlement has replaced it meanwhile.
        if (used !== current) return []
        replace(used)
        throw error
      }
    },
    async settle(settlement) {
      const used = current
      const first = settlement(used)
      if (await isOverWithin(first, patienceMs)) return await first
      replace(used)
      const second = settlement(current).catch((error: unknown) => {
        // The server had the first one, or another worker has the message. This worker has to do no more in either case.
        if (!isLockLost(error)) throw error
      })
      await Promise.any([first, second]).catch(() => second)
    },
    renewLock: (message) => current.renewMessageLock(message),
    close: () => current.close(),
  }
}

async function isOverWithin(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const over = work.then(
    () => true,
    () => true,
  )
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false)
  })
  return await Promise.race([over, late]).finally(() => clearTimeout(timer))
}

const isLockLost = (error: unknown) => isServiceBusError(error) && error.code === 'MessageLockLost'
