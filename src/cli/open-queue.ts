import type { Config } from '../config/load.ts'
import { eventIntakeOptions, intakeOptions } from '../queue/intake-options.ts'
import { openIntake } from '../queue/open-intake.ts'
import type { Intake } from '../queue/queue.ts'
import { flag } from './options.ts'

/** The configured queue, of any transport, for a command. @throws Error that names the setting if there is none */
export async function openQueue(config: Config): Promise<Intake> {
  return openIntake(intakeOptions(config))
}

/** The configured queue of live events. @throws Error that names the setting if there is none */
export async function openEventQueue(config: Config): Promise<Intake> {
  const options = eventIntakeOptions(config)
  if (options) return openIntake(options)
  throw new Error(
    'queue: Queue.EventsUrl is not configured. Put it into appsettings.json or the environment variable Queue__EventsUrl.',
  )
}

/** Which of the two a command is about. */
export const eventsFlag = flag('the queue of live events instead of the queue of jobs')
