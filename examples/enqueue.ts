/*
 * Sends one job to the worker's queue and prints its id:
 *   QUEUE_URL=https://sqs.… node --import tsx examples/enqueue.ts TENANT_ID acct_1ABC
 */
import { randomUUID } from 'node:crypto'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'

const [tenantId, accessToken] = process.argv.slice(2)
const queueUrl = process.env.QUEUE_URL
if (!tenantId || !queueUrl)
  throw new Error('usage: QUEUE_URL=… node --import tsx examples/enqueue.ts TENANT_ID [TOKEN]')

const request = {
  jobId: randomUUID(),
  tenantId,
  providerName: 'stripe',
  accessToken,
  additionalData: { sync_type: 'incremental' },
}

// The queue's own address, so that a queue on this machine works too.
const client = new SQSClient({ endpoint: new URL(queueUrl).origin })
await client.send(
  new SendMessageCommand({
    QueueUrl: queueUrl,
    MessageBody: JSON.stringify(request),
    // A backlog of one tenant does not delay the others.
    MessageGroupId: tenantId,
  }),
)
client.destroy()
console.log(request.jobId)
