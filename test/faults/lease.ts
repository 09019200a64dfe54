import { setTimeout as delay } from 'node:timers/promises'
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
    await gone({ query })
    await query(`update sync_jobs set lease_until = now() - interval '1 second' where status = 'running'`)
    for (const { receiptHandle } of event.Records)
      await queue.client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle: receiptHandle, VisibilityTimeout: 0 }),
      )
    return invocation
  }
}

/** What a process had sent before it died may still be at work; a lease that ran out before that is done would be renewed by it. */
async function gone({ query }: Pick<Room, 'query'>): Promise<void> {
  const left = `select 1 from pg_stat_activity where datname = current_database() and application_name like 'billing-sync%'`
  while ((await query(left)).length > 0) await delay(5)
}
