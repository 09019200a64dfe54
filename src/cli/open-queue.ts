import type { Config } from '../config/load.ts'
import { intakeOptions } from '../queue/intake-options.ts'
import { openIntake } from '../queue/open-intake.ts'
import type { Intake } from '../queue/queue.ts'

/** The configured queue, of any transport, for a command. @throws Error that names the setting if there is none */
export async function openQueue(config: Config): Promise<Intake> {
  return openIntake(intakeOptions(config))
}
