import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { openQueue } from '../../src/local/queue.ts'
import { toSqsEvent } from '../../src/local/sqs-event.ts'
import { toMessage } from '../../src/queue/lambda.ts'
import { createSqsQueue } from '../../src/queue/sqs-on-demand.ts'
import { exerciseCalls } from '../contracts/exercise-calls.ts'
import { createMemoryQueue } from './memory-queue.ts'

exerciseCalls('in memory', async () => {
  const queue = createMemoryQueue()
  return {
    queue,
    receive: async () => queue.receive(),
    deadLetters: async () => queue.deadLetters,
    close: async () => {},
  }
})

exerciseCalls('SQS in Lambda', async () => {
  const local = await openQueue()
  const { client, url, endpoint, region, arn, deadLetterUrl } = local
  return {
    queue: createSqsQueue({ Url: url, DeadLetterUrl: deadLetterUrl, Endpoint: endpoint, Region: region }),
    async receive() {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      )
      const [record] = toSqsEvent(Messages, { queueArn: arn, region }).Records
      return record && toMessage(record)
    },
    async deadLetters() {
      const letters = await local.deadLetters()
      return letters.map(({ body, attributes: { reason = '', code = '', messageId = '' } }) => ({
        body,
        reason,
        code,
        messageId,
      }))
    },
    close: () => local.close(),
  }
})
