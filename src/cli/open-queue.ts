import type { Config } from '../config/load.ts'
import { openIntake } from '../queue/open-intake.ts'
import type { Intake } from '../queue/queue.ts'

/** As in infra/queues.yml. A command receives nothing, so that only a redrive may look at it. */
const maxReceives = 12

/** The configured queue, of any transport. @throws Error that names the setting if there is none */
export async function openQueue({ Queue, Worker, database }: Config): Promise<Intake> {
  if (Queue.Url === undefined)
    throw new Error(
      'queue: Queue.Url is not configured. Put it into appsettings.json or the environment variable Queue__Url.',
    )
  return openIntake({
    url: Queue.Url,
    deadLetterUrl: Queue.DeadLetterUrl,
    endpoint: Queue.Endpoint,
    region: Queue.Region,
    database,
    lockSeconds: Math.ceil(Worker.LeaseSeconds * 1.25),
    maxReceives,
    lanes: 1,
  })
}
