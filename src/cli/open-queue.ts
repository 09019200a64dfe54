import type { Config } from '../config/load.ts'
import type { Queue } from '../queue/queue.ts'
import { createSqsQueue } from '../queue/sqs-on-demand.ts'

/** The configured queue, to send to. @throws Error that names the setting if there is none */
export async function openQueue({
  Queue: settings,
}: Config): Promise<Pick<Queue, 'send'> & { close(): Promise<void> }> {
  if (settings.Url === undefined)
    throw new Error(
      'queue: Queue.Url is not configured. Put it into appsettings.json or the environment variable Queue__Url.',
    )
  const queue = createSqsQueue(settings)
  return { send: queue.send, async close() {} }
}
