import type { Config } from '../../config/load.ts'
import type { Intake, QueueDepth } from '../../queue/queue.ts'
import { transportOf } from '../../queue/transport-name.ts'
import { openEventQueue, openQueue } from '../open-queue.ts'
import { describeProblem } from '../problem.ts'
import { type Finding, findingsAbout } from './finding.ts'

const queue = findingsAbout('queue')
const events = findingsAbout('events')

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
  yield* checkDepth(config, {
    open: openQueue,
    about: queue,
    setting: 'Queue.Url',
    alarm: 'deadlettersalarm',
    redrive: 'billing-sync queue redrive',
  })
}

interface Checked {
  readonly open: (config: Config) => Promise<Intake>
  readonly about: ReturnType<typeof findingsAbout>
  readonly setting: string
  /** The part of docs/operations.md. */
  readonly alarm: string
  readonly redrive: string
}

/** Whether the queue of live events answers, how much it holds, and its dead letters. Nothing where none is configured. */
export async function* checkEventQueue(config: Config): AsyncGenerator<Finding> {
  const { EventsUrl, EventsDeadLetterUrl } = config.Queue
  if (EventsUrl === undefined) return
  if (transportOf(EventsUrl) === 'sqs' && EventsDeadLetterUrl === undefined)
    yield events.fail(
      'Queue.EventsDeadLetterUrl is not set, so that an event that cannot be applied comes again and again',
      'Put it into appsettings.json or the environment variable Queue__EventsDeadLetterUrl.',
    )
  yield* checkDepth(config, {
    open: openEventQueue,
    about: events,
    setting: 'Queue.EventsUrl',
    alarm: 'eventdeadlettersalarm',
    redrive: 'billing-sync queue redrive --events',
  })
}

async function* checkDepth(config: Config, { open, about, setting, alarm, redrive }: Checked): AsyncGenerator<Finding> {
  let depth: QueueDepth
  try {
    depth = await read(await open(config))
  } catch (error) {
    yield about.fail(
      `the queue does not answer: ${describeProblem(error)}`,
      `Check ${setting}, the network, and the right of this login or role to read the queue.`,
    )
    return
  }
  const { waiting, inFlight, delayed, dead } = depth
  const shown = (count: number | null) => count ?? 'an unknown number'
  yield about.ok(`${waiting} messages wait, ${shown(inFlight)} in flight, ${shown(delayed)} delayed`)
  if (dead !== null)
    yield dead === 0
      ? about.ok('there are no dead letters')
      : about.warn(`there are ${dead} dead letters`, `Read docs/operations.md#${alarm}, and run ${redrive}.`)
}

async function read(opened: Intake): Promise<QueueDepth> {
  try {
    return await opened.depth()
  } finally {
    await opened.close()
  }
}
