import type { Config } from '../config/load.ts'
import type { IntakeOptions } from './queue.ts'

/** As in infra/queues.yml. */
const maxReceives = 12

/** How a worker with this configuration receives from its queue. @throws Error that names the setting if there is none */
export function intakeOptions({
  Queue,
  Worker,
  database,
}: Pick<Config, 'Queue' | 'Worker' | 'database'>): IntakeOptions {
  if (Queue.Url === undefined)
    throw new Error(
      'queue: Queue.Url is not configured. Put it into appsettings.json or the environment variable Queue__Url.',
    )
  return {
    url: Queue.Url,
    deadLetterUrl: Queue.DeadLetterUrl,
    endpoint: Queue.Endpoint,
    region: Queue.Region,
    database,
    // As long as a heartbeat keeps a message, see queue/deliver.ts.
    lockSeconds: Math.ceil(Worker.LeaseSeconds * 1.25),
    maxReceives,
    lanes: Worker.Concurrency,
  }
}
