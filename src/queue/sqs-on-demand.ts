import type { Queue } from './queue.ts'
import type { SqsSettings } from './sqs.ts'
import { transportOf } from './transport-name.ts'

/** The section `Queue` of the configuration. */
interface QueueSection {
  readonly Url?: string | undefined
  readonly DeadLetterUrl?: string | undefined
  readonly Endpoint?: string | undefined
  readonly Region?: string | undefined
}

/**
 * SQS. The first call loads the SDK: that takes a tenth of a second, which a cold start need not wait for.
 * @throws Error if the queue is of another transport
 */
export function createSqsQueue({ Url, DeadLetterUrl, Endpoint, Region }: QueueSection): Queue {
  const name = Url === undefined ? 'sqs' : transportOf(Url)
  if (name !== 'sqs')
    throw new Error(
      `queue: Queue.Url is the address of a queue of ${name}, and Lambda receives from SQS only. Give the URL of the SQS queue, or run the container.`,
    )
  const settings: SqsSettings = { url: Url, deadLetterUrl: DeadLetterUrl, endpoint: Endpoint, region: Region }
  let opening: Promise<Queue> | undefined
  const open = () => {
    opening ??= import('./sqs.ts').then(({ openSqs }) => openSqs(settings))
    return opening
  }
  return {
    send: async (body, delaySeconds, group) => (await open()).send(body, delaySeconds, group),
    // Without a queue, as for a message that a person hands over, SQS has no message to keep or to give back.
    heartbeat: async (message, seconds) => {
      if (Url) await (await open()).heartbeat(message, seconds)
    },
    giveBack: async (message, delaySeconds) => {
      if (Url) await (await open()).giveBack(message, delaySeconds)
    },
    deadLetter: async (letter) => (await open()).deadLetter(letter),
  }
}
