/** The part of the configuration that the queue needs. */
export interface QueueSettings {
  readonly url: string | undefined
  readonly deadLetterUrl: string | undefined
  /** Another endpoint than the region's. */
  readonly endpoint: string | undefined
  readonly region: string | undefined
}

/** A copy for the dead-letter queue. `body` has its secrets taken out. */
export interface Burial {
  readonly body: string
  readonly reason: string
  readonly code: string
  readonly messageId: string
}

/** What the worker does to queues. Each call rejects when the queue does not confirm it. */
export interface Queue {
  /** Sends a job again. `delaySeconds`: 0 to 900; `group`: the message's MessageGroupId, where it had one. */
  send(body: string, delaySeconds: number, group?: string): Promise<void>
  /** Hides a received message for so many seconds from now. */
  hide(receiptHandle: string, seconds: number): Promise<void>
  /** Copies a message to the dead-letter queue. */
  bury(burial: Burial): Promise<void>
}

/** The queue, its SDK loaded with the first call: it costs a tenth of a second that a cold start need not wait for. */
export function createQueue(settings: QueueSettings): Queue {
  let opened: Promise<Queue> | undefined
  const open = () => {
    opened ??= import('./sqs.ts').then(({ openSqs }) => openSqs(settings))
    return opened
  }
  return {
    send: async (body, delaySeconds, group) => (await open()).send(body, delaySeconds, group),
    hide: async (receiptHandle, seconds) => {
      // Without a queue of ours, as when a message is handed over by hand, there is nothing to hide.
      if (settings.url) await (await open()).hide(receiptHandle, seconds)
    },
    bury: async (burial) => (await open()).bury(burial),
  }
}
