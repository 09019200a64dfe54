import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { expect, onTestFinished, test } from 'vitest'
import { parseRequest } from '../../src/job/request.ts'
import { openQueue } from '../../src/local/queue.ts'

/*
 * What the documents and the examples say a sender writes, fed to the worker's own parser.
 */

const read = (path: string) => readFileSync(path, 'utf8')
const blocksOf = (path: string) => [...read(path).matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => text)

const request = {
  jobId: '7b1f0a34-52c6-4e0d-8a3b-1d2f6c9e5a10',
  tenantId: '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03',
  providerName: 'stripe',
  accessToken: 'acct_1ABC',
  additionalData: { syncType: 'incremental', forceRefresh: false, dryRun: false, resources: ['customers', 'invoices'] },
}

test('every JSON that the .NET page shows is the same request to the worker', () => {
  const blocks = blocksOf('docs/messages-dotnet.md')
  expect(blocks).toHaveLength(4)
  for (const body of blocks) {
    const parsed = parseRequest(body)
    expect(parsed).toMatchObject({ kind: 'request', request })
  }
})

test('every JSON of the page about messages is a request', () => {
  const blocks = blocksOf('docs/messages.md')
  expect(blocks.length).toBeGreaterThan(0)
  expect(blocks.map((body) => parseRequest(body).kind)).toEqual(blocks.map(() => 'request'))
})

test('the records of the C# example have the names that the JSON has, and the page shows the same records', () => {
  const example = read('examples/enqueue.cs')
  const records = [...example.matchAll(/public sealed record (\w+)\(([\s\S]*?)\);/g)]
  const [[whole = '', , fields = ''] = [], [inner = '', , data = ''] = []] = records
  for (const record of [whole, inner]) expect(read('docs/messages-dotnet.md')).toContain(record)
  const namesOf = (parameters: string) =>
    [...parameters.matchAll(/\s(\w+)(?: = null)?(?:,|$)/g)].map(([, name = '']) => name)
  const [first = ''] = blocksOf('docs/messages-dotnet.md')
  const written = JSON.parse(first) as { readonly AdditionalData: object }
  expect(Object.keys(written)).toEqual(namesOf(fields))
  expect(Object.keys(written.AdditionalData)).toEqual(namesOf(data))
})

test('the TypeScript example sends a request in the group of its tenant', async () => {
  const queue = await openQueue()
  onTestFinished(() => queue.close())
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'examples/enqueue.ts', request.tenantId, 'acct_1ABC'],
    {
      env: {
        ...process.env,
        QUEUE_URL: queue.url,
        AWS_REGION: queue.region,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      },
    },
  )
  const { Messages: [message] = [] } = await queue.client.send(
    new ReceiveMessageCommand({ QueueUrl: queue.url, MessageSystemAttributeNames: ['All'] }),
  )
  const expected = { ...request, jobId: stdout.trim(), additionalData: { syncType: 'incremental' } }
  expect(parseRequest(message?.Body ?? '')).toMatchObject({ kind: 'request', request: expected })
  expect(message?.Attributes).toMatchObject({ MessageGroupId: request.tenantId })
})
