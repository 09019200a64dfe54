import type { Config } from '../config/load.ts'
import type { IntakeOptions } from './queue.ts'

/** As in infra/queues.yml. */
const maxReceives = 12

/**
 * As in infra/live-events/queue.yml: some twelve hours of an outage. More than for jobs, because an event is never sent again
 * as a new message: it waits for its account some seven times, and for each tie and outage. A queue of SQS for events needs a
 * `maxReceiveCount` as high, or it moves the event sooner.
 */
export const maxEventReceives = 150
/** Events of one batch. */
export const eventBatch = 100

/** How a worker receives live events. Undefined if no queue of theirs is configured. */
export function eventIntakeOptions({ Queue, database }: Pick<Config, 'Queue' | 'database'>): IntakeOptions | undefined {
  if (Queue.EventsUrl === undefined) return undefined
  return {
    url: Queue.EventsUrl,
    deadLetterUrl: Queue.EventsDeadLetterUrl,
    endpoint: Queue.Endpoint,
    region: Queue.Region,
    database,
    lockSeconds: 60,
    maxReceives: maxEventReceives,
  }
}

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
  }
}
