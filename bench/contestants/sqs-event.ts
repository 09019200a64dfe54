import { randomUUID } from 'node:crypto'

/** An event of one message, as Lambda hands it over. */
export function sqsEvent(body: string) {
  const now = String(Date.now())
  return {
    Records: [
      {
        messageId: randomUUID(),
        receiptHandle: 'none',
        body,
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: now,
          SenderId: 'bench',
          ApproximateFirstReceiveTimestamp: now,
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:billing-sync',
        awsRegion: 'eu-central-1',
      },
    ],
  }
}

/** Lambda's context, with fifteen minutes to go. */
export function context() {
  const end = performance.now() + 900_000
  return { getRemainingTimeInMillis: () => end - performance.now() }
}
