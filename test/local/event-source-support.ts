import { afterEach, beforeEach } from 'vitest'
import {
  type Delivered,
  type EventSource,
  type Invocation,
  type Invoke,
  openEventSource,
} from '../../src/local/event-source.ts'
import { type LocalQueue, openQueue } from '../../src/local/queue.ts'

type Options = Parameters<typeof openEventSource>[0]
type Chosen = Omit<Options, 'client' | 'queueUrl' | 'queueArn' | 'region' | 'waitSeconds'>

/** Gives each test of the file a queue, empty, and closes the sources that the test has opened on it. */
export function useQueue() {
  let queue: LocalQueue
  const sources: EventSource[] = []
  beforeEach(async () => {
    queue = await openQueue()
  })
  afterEach(async () => {
    await Promise.all(sources.splice(0).map((source) => source.close()))
    await queue.close()
  })
  function open(options: Chosen): EventSource {
    const source = openEventSource({ ...optionsOf(queue), ...options })
    sources.push(source)
    return source
  }
  return {
    get queue() {
      return queue
    },
    open,
    /** Opens a source and waits until so many invocations have ended. */
    async deliveries(expected: number, options: Chosen): Promise<Delivered[]> {
      const deliveries: Delivered[] = []
      const complete = signal<void>()
      open({
        ...options,
        onInvocation(delivered) {
          if (deliveries.push(delivered) === expected) complete.fire()
        },
      })
      await complete.fired
      return deliveries
    },
  }
}

export function optionsOf({ client, url: queueUrl, arn: queueArn, region }: LocalQueue) {
  return { client, queueUrl, queueArn, region, waitSeconds: 0.05 }
}

export const succeed: Invoke = async () => response(null)

export function response(payload: unknown): Invocation {
  return { kind: 'response', payload }
}

export function failures(...batchItemFailures: unknown[]): Invocation {
  return response({ batchItemFailures })
}

/** A promise and the function that resolves it. */
export function signal<T>() {
  let fire: (value: T) => void = () => {}
  const fired = new Promise<T>((resolve) => {
    fire = resolve
  })
  return { fired, fire }
}
