import { setImmediate as turn } from 'node:timers/promises'
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { lookAtSqs, redriveSqs } from '../../src/queue/sqs-redrive.ts'

const redacted = '{"accessToken":"[redacted]"}'
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `{"n":${n}}`)

/** Dead letters with these bodies behind a client of the SDK. Each answer comes a turn after its call. */
function openLetters(bodies: readonly string[]) {
  const letters = bodies.map((body, n) => ({ body, handle: `h-${n}`, hidden: false, deleted: false }))
  const there = () => letters.filter(({ deleted }) => !deleted)
  const withHandle = (handle: string | undefined) => letters.find((letter) => letter.handle === handle)
  const sent: string[] = []
  const failures = { send: '', delete: '' }
  async function answer(command: unknown) {
    await turn()
    if (command instanceof ReceiveMessageCommand) {
      const most = command.input.MaxNumberOfMessages ?? 1
      if (most < 1 || most > 10) throw new Error('ReadCountOutOfRange')
      const taken = there().filter(({ hidden }) => !hidden)
      return {
        Messages: taken.slice(0, most).map((letter) => {
          letter.hidden = true
          return { Body: letter.body, MessageId: letter.handle, ReceiptHandle: letter.handle }
        }),
      }
    }
    if (command instanceof DeleteMessageCommand) {
      const letter = withHandle(command.input.ReceiptHandle)
      if (letter?.body === failures.delete) throw new Error('the letter cannot be deleted')
      if (letter) letter.deleted = true
    }
    if (command instanceof ChangeMessageVisibilityCommand) {
      const letter = withHandle(command.input.ReceiptHandle)
      if (letter) letter.hidden = false
    }
    return {}
  }
  const sqs = {
    client: { send: answer } as unknown as SQSClient,
    deadLetterUrl: 'https://sqs.example/dead',
    queue: {
      async send(body: string) {
        await turn()
        if (body === failures.send) throw new Error('the queue takes no message')
        sent.push(body)
      },
    },
  }
  const state = () => ({
    sent: sent.length,
    dead: there().length,
    hidden: there().filter(({ hidden }) => hidden).length,
  })
  return { sqs, failures, state }
}

test.each([
  [25, 12, 12],
  [25, 10, 10],
  [25, 100, 25],
  [3, 0, 0],
])('of %i dead letters %i are asked for, and %i are sent back', async (count, most, sent) => {
  const { sqs, state } = openLetters(numbered(count))
  expect(await redriveSqs(sqs, most)).toEqual({ sent, left: [] })
  expect(state()).toEqual({ sent, dead: count - sent, hidden: 0 })
})

test('dead letters that cannot be sent back are named, and are visible again at the end', async () => {
  const { sqs, state } = openLetters([redacted, ...numbered(12), redacted])
  const { sent, left } = await redriveSqs(sqs, 100)
  expect(state()).toEqual({ sent: 12, dead: 2, hidden: 0 })
  expect({ sent, left: left.map(({ messageId }) => messageId) }).toEqual({ sent: 12, left: ['h-0', 'h-13'] })
})

test('after a dead letter that the queue does not take the command fails, and all that stay are visible again', async () => {
  const { sqs, failures, state } = openLetters([redacted, ...numbered(3)])
  failures.send = '{"n":1}'
  await expect(redriveSqs(sqs, 10)).rejects.toThrow('the queue takes no message')
  expect(state()).toEqual({ sent: 2, dead: 2, hidden: 0 })
})

test('a dead letter that was sent and cannot be deleted fails the command', async () => {
  const { sqs, failures } = openLetters(numbered(3))
  failures.delete = '{"n":1}'
  await expect(redriveSqs(sqs, 10)).rejects.toThrow('the letter cannot be deleted')
})

test.each([
  [25, 12, 12],
  [25, 100, 25],
])('of %i dead letters %i are asked for, and %i are shown and visible again', async (count, most, shown) => {
  const { sqs, state } = openLetters(numbered(count))
  expect(await lookAtSqs(sqs, most)).toHaveLength(shown)
  expect(state()).toEqual({ sent: 0, dead: count, hidden: 0 })
})

test('without a queue of dead letters the setting is named', async () => {
  const { sqs } = openLetters([])
  const without = { ...sqs, deadLetterUrl: undefined }
  await expect(redriveSqs(without, 1)).rejects.toThrow('queue: Queue.DeadLetterUrl is not configured')
  await expect(lookAtSqs(without, 1)).rejects.toThrow('queue: Queue.DeadLetterUrl is not configured')
})
