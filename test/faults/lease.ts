import { setTimeout as delay } from 'node:timers/promises'
import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs'
import type { Invoke } from '../../src/local/event-source.ts'
import type { Query, Room } from './room.ts'

/**
 * Time, for a worker that died: its lease runs out, and its message comes back, at once. What the worker itself does
 * about time is left as it is.
 */
export function hastened({ query, queue }: Pick<Room, 'query' | 'queue'>, invoke: Invoke): Invoke {
  return async (event, timeoutMs) => {
    const invocation = await invoke(event, timeoutMs)
    if (invocation.kind === 'response') return invocation
    await endLeasesOfTheDead(query)
    for (const { receiptHandle } of event.Records)
      await queue.client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle: receiptHandle, VisibilityTimeout: 0 }),
      )
    return invocation
  }
}

/** A dead worker's lease is ended once its connections are gone: what it had sent before may still be at work, and renew the lease. */
async function endLeasesOfTheDead(query: Query): Promise<void> {
  const until = performance.now() + longestGoodbyeMs
  for (;;) {
    const ended = await query(`update sync_jobs set lease_until = now() - interval '1 second'
      where status = 'running' and not exists
        (select 1 from pg_stat_activity where datname = current_database() and application_name <> '' and starts_with(lease_owner, application_name)) returning 1`)
    // What still runs after that is a living worker's. A claim may have been on its way when its sender died.
    const busy = await query(`select 1 from sync_jobs where status = 'running' and lease_until > now() union all
      select 1 from pg_stat_activity where datname = current_database() and application_name like 'billing-sync%' and state <> 'idle'`)
    if (ended.length > 0 || busy.length === 0 || performance.now() > until) return
    await delay(10)
  }
}

/** The server looks once a second whether a client is still there. */
const longestGoodbyeMs = 2_500
