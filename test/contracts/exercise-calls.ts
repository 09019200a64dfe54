import { describe, expect, it, onTestFinished } from 'vitest'
import type { Message } from '../../src/queue/message.ts'
import type { DeadLetter, Queue } from '../../src/queue/queue.ts'

/** An empty queue and the other side of it. */
export interface CallsFixture {
  readonly queue: Queue
  /** Takes a message if one is visible now. */
  receive(): Promise<Message | undefined>
  deadLetters(): Promise<readonly DeadLetter[]>
  close(): Promise<void>
}

/** Registers the tests of the calls that a delivery makes, for a queue that is received from in some other way, as in Lambda. */
export function exerciseCalls(name: string, open: () => Promise<CallsFixture>): void {
  async function setup() {
    const fixture = await open()
    onTestFinished(() => fixture.close())
    return fixture
  }

  /** A queue with one message, which is received. */
  async function received(body = '{}', group?: string) {
    const fixture = await setup()
    await fixture.queue.send(body, 0, group)
    const message = await fixture.receive()
    if (!message) throw new Error('the queue delivers no message')
    return { ...fixture, message }
  }

  describe(`the calls of a delivery: ${name}`, () => {
    it('delivers what was sent, in its group, for the first time', async () => {
      const { message } = await received('{"a":"üж"}', 'owner-7')
      expect(message).toMatchObject({ body: '{"a":"üж"}', group: 'owner-7', receiveCount: 1, attributes: {} })
      expect(message.id).not.toBe('')
      expect(message.queue).not.toBe('')
      expect(message.sentAt).toBeInstanceOf(Date)
    })

    it('delivers a message without a group without one', async () => {
      const { message } = await received()
      expect(message.group).toBeUndefined()
    })

    it.each([1, 900, 5_000, Number.POSITIVE_INFINITY])(
      'does not deliver at once what is sent for %s s later',
      async (delay) => {
        const { queue, receive } = await setup()
        await queue.send('{}', delay)
        expect(await receive()).toBeUndefined()
      },
    )

    it('does not deliver a message that a worker has', async () => {
      const { queue, receive, message } = await received()
      await queue.heartbeat(message, 75)
      expect(await receive()).toBeUndefined()
    })

    it('delivers a message that is given back, and counts that', async () => {
      const { queue, receive, message } = await received('{"a":1}', 'owner-7')
      await queue.giveBack(message, 0)
      expect(await receive()).toMatchObject({ id: message.id, body: '{"a":1}', group: 'owner-7', receiveCount: 2 })
    })

    it.each([1, 900, 50_000, Number.POSITIVE_INFINITY])(
      'does not deliver at once what is given back for %s s',
      async (delay) => {
        const { queue, receive, message } = await received()
        await queue.giveBack(message, delay)
        expect(await receive()).toBeUndefined()
      },
    )

    it('counts the receives of a job that is sent again from 1', async () => {
      const { queue, receive, message } = await received()
      await queue.send(message.body, 0)
      expect(await receive()).toMatchObject({ receiveCount: 1 })
    })

    it('keeps a dead letter with its reason', async () => {
      const { queue, deadLetters } = await setup()
      const letter = { body: '{"a":1}', reason: 'message: no job', code: 'unreadable_message', messageId: 'm-1' }
      await queue.deadLetter(letter)
      expect(await deadLetters()).toEqual([letter])
    })

    it.each(['', 'a\u0000b\u0008\uFFFF\uD800'])('takes a dead letter of any text: %j', async (text) => {
      const { queue, deadLetters } = await setup()
      await queue.deadLetter({ body: text, reason: text, code: text, messageId: text })
      expect(await deadLetters()).toHaveLength(1)
    })
  })
}
