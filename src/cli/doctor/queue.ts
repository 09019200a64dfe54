import type { Config } from '../../config/load.ts'
import type { QueueDepth } from '../../queue/queue.ts'
import { transportOf } from '../../queue/transport-name.ts'
import { openQueue } from '../open-queue.ts'
import { describeProblem } from '../problem.ts'
import { type Finding, findingsAbout } from './finding.ts'

const queue = findingsAbout('queue')

/** Whether the queue answers, how much it holds, and its dead letters. */
export async function* checkQueue(config: Config): AsyncGenerator<Finding> {
  const { Url, DeadLetterUrl } = config.Queue
  if (Url === undefined) {
    yield queue.fail(
      'Queue.Url is not set, so that paused and busy jobs cannot be sent again',
      'Put it into appsettings.json or the environment variable Queue__Url.',
    )
    return
  }
  if (transportOf(Url) === 'sqs' && DeadLetterUrl === undefined)
    yield queue.fail(
      'Queue.DeadLetterUrl is not set, so that a message that cannot be read comes again and again',
      'Put it into appsettings.json or the environment variable Queue__DeadLetterUrl.',
    )
  let depth: QueueDepth
  try {
    depth = await read(config)
  } catch (error) {
    yield queue.fail(
      `the queue does not answer: ${describeProblem(error)}`,
      'Check Queue.Url, the network, and the right of this login or role to read the queue.',
    )
    return
  }
  const { waiting, inFlight, delayed, dead } = depth
  const shown = (count: number | null) => count ?? 'an unknown number'
  yield queue.ok(`${waiting} messages wait, ${shown(inFlight)} in flight, ${shown(delayed)} delayed`)
  if (dead !== null)
    yield dead === 0
      ? queue.ok('there are no dead letters')
      : queue.warn(
          `there are ${dead} dead letters`,
          'Read docs/operations.md#deadlettersalarm, and run billing-sync queue redrive.',
        )
}

async function read(config: Config): Promise<QueueDepth> {
  const opened = await openQueue(config)
  try {
    return await opened.depth()
  } finally {
    await opened.close()
  }
}
