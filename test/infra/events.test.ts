import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SQSEvent } from 'aws-lambda'
import { expect, test } from 'vitest'

test('the sample events are what SQS delivers: one message, its body a text with its checksum', async () => {
  const names = await readdir('infra/events')
  expect(names.sort()).toEqual(['stripe-full.json', 'stripe-pascal-case.json', 'stripe-secret.json', 'unreadable.json'])
  for (const name of names) {
    const event: SQSEvent = JSON.parse(await readFile(join('infra/events', name), 'utf8'))
    const [message] = event.Records
    expect(event.Records).toHaveLength(1)
    expect(message).toMatchObject({ eventSource: 'aws:sqs', attributes: { ApproximateReceiveCount: '1' } })
    expect(message?.md5OfBody).toBe(
      createHash('md5')
        .update(message?.body ?? '')
        .digest('hex'),
    )
  }
})
