import type { Message } from '@aws-sdk/client-sqs'
import type { SQSEvent, SQSMessageAttributes, SQSRecord } from 'aws-lambda'

/** The fields of a queue that every record has. */
export interface EventOrigin {
  readonly queueArn: string
  readonly region: string
}

/** The event Lambda makes of received messages. Receive them with all attributes, system and message. */
export function toSqsEvent(messages: readonly Message[], origin: EventOrigin): SQSEvent {
  return { Records: messages.map((message) => toRecord(message, origin)) }
}

function toRecord(message: Message, { queueArn, region }: EventOrigin): SQSRecord {
  const { Attributes = {}, MD5OfMessageAttributes } = message
  return {
    messageId: present(message.MessageId, 'MessageId'),
    receiptHandle: present(message.ReceiptHandle, 'ReceiptHandle'),
    body: present(message.Body, 'Body'),
    attributes: {
      ...Attributes,
      ApproximateReceiveCount: present(Attributes.ApproximateReceiveCount, 'ApproximateReceiveCount'),
      SentTimestamp: present(Attributes.SentTimestamp, 'SentTimestamp'),
      SenderId: present(Attributes.SenderId, 'SenderId'),
      ApproximateFirstReceiveTimestamp: present(
        Attributes.ApproximateFirstReceiveTimestamp,
        'ApproximateFirstReceiveTimestamp',
      ),
    },
    messageAttributes: toMessageAttributes(message),
    ...(MD5OfMessageAttributes ? { md5OfMessageAttributes: MD5OfMessageAttributes } : {}),
    md5OfBody: present(message.MD5OfBody, 'MD5OfBody'),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  }
}

function toMessageAttributes({ MessageAttributes = {} }: Message): SQSMessageAttributes {
  const converted: SQSMessageAttributes = {}
  for (const [name, { StringValue, BinaryValue, DataType }] of Object.entries(MessageAttributes)) {
    converted[name] = {
      ...(StringValue === undefined ? {} : { stringValue: StringValue }),
      ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
      stringListValues: [],
      binaryListValues: [],
      dataType: present(DataType, 'DataType'),
    }
  }
  return converted
}

function present(value: string | undefined, name: string): string {
  if (value === undefined) throw new Error(`event source: the queue sent a message without ${name}`)
  return value
}
