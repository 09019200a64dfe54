import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs'
import type { Invoke } from '../../src/local/event-source.ts'
import type { Room } from './room.ts'

/**
 * Time, for a worker that died: its lease runs out, and its message comes back, at once. What the worker itself does
 * about time is left as it is.
 */
export function hastened({ query, queue }: Pick<Room, 'query' | 'queue'>, invoke: Invoke): Invoke {
  return async (event, timeoutMs) => {
    const invocation = await invoke(event, timeoutMs)
    if (invocation.kind === 'response') return invocation
    await query(`update sync_jobs set lease_until = now() - interval '1 second' where status = 'running'`)
    for (const { receiptHandle } of event.Records)
      await queue.client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle: receiptHandle, VisibilityTimeout: 0 }),
      )
    return invocation
  }
}
