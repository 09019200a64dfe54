import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Message } from '../../src/queue/message.ts'
import type { Intake } from '../../src/queue/queue.ts'
import { type Chosen, holdMessage, openEnd, type QueueFixture } from './queue-fixture.ts'

/*
 * What every transport must pass. No test measures time: where one message is to come later than another, the order says so.
 */

/** Longer than any lock of these tests. A test that waits so long has failed. */
const longestWaitMs = 120_000
const secret = 'canary-5Fh2xQ9'
const numbered = (count: number) => Array.from({ length: count }, (_, n) => JSON.stringify({ n }))

/**
 * Registers the tests. `open` gets what the test chooses, for a server whose lock is not the worker's to choose. `many`: so many
 * messages are carried. A stand-in gets fewer, because more of them would try the stand-in. They are more than any buffer
 * of a client holds.
 */
export function exerciseQueue(name: string, open: (chosen: Chosen) => Promise<QueueFixture>, many = 10_000): void {
  /** A queue, and ends of it that are closed when the test ends. */
  async function setup(chosen: Chosen = {}) {
    const fixture = await open(chosen)
    onTestFinished(() => fixture.close())
    const openAnother = async (others: Chosen = {}) => {
      const intake = await openEnd(fixture, { ...chosen, ...others })
      onTestFinished(() => intake.close().catch(() => {}))
      return intake
    }
    return { ...fixture, fixture, openAnother, intake: await openAnother() }
  }

  describe(`the queue contract: ${name}`, () => {
    it('delivers what was sent, in its group, for the first time', async () => {
      const { intake } = await setup()
      await intake.send('{"a":"üж"}', 0, 'owner-7')
      const message = await next(intake)
      expect(message).toMatchObject({ body: '{"a":"üж"}', group: 'owner-7', receiveCount: 1, attributes: {} })
      expect(message.id).not.toBe('')
      expect(message.queue).not.toBe('')
      expect(message.sentAt).toBeInstanceOf(Date)
    })

    it('delivers a message without a group without one', async () => {
      const { intake } = await setup()
      await intake.send('{}', 0)
      expect((await next(intake)).group).toBeUndefined()
    })

    it('delivers what a program in another language sends, with its group and its delay', async () => {
      const { intake, sendAsOthers } = await setup()
      await sendAsOthers('{"n":1}', { group: 'owner-7', delaySeconds: 5 })
      await sendAsOthers('{"n":2}', {})
      const [first, second] = [await next(intake), await next(intake)]
      expect(first).toMatchObject({ body: '{"n":2}', receiveCount: 1, group: undefined })
      expect(second).toMatchObject({ body: '{"n":1}', receiveCount: 1, group: 'owner-7' })
    })

    it('hands out no more messages than were asked for', async () => {
      const { intake } = await setup()
      for (const body of numbered(5)) await intake.send(body, 0)
      expect((await receiveSome(intake, 2)).length).toBeLessThanOrEqual(2)
    })

    it('hands out at once what is there, and does not wait where nothing is', async () => {
      const { intake } = await setup()
      const { signal } = new AbortController()
      expect(await intake.receive(5, signal, true)).toEqual([])
      for (const body of numbered(3)) await intake.send(body, 0)
      const bodies: string[] = []
      // A transport may hand out fewer than are there.
      for (let call = 0; call < 50 && bodies.length < 3; call++)
        for (const message of await intake.receive(5, signal, true)) {
          bodies.push(message.body)
          await intake.acknowledge(message)
        }
      expect(bodies.toSorted()).toEqual(numbered(3))
      expect(await intake.receive(5, signal, true)).toEqual([])
    })

    it('waits in a receive for the message that is sent after it', async () => {
      const { intake } = await setup()
      const received = intake.receive(1, AbortSignal.timeout(longestWaitMs))
      // An answer takes longer than a receive that does not wait.
      await intake.depth()
      await intake.send('{"n":1}', 0)
      expect((await received).map(({ body }) => body)).toEqual(['{"n":1}'])
    })

    it('delivers a delayed message after its delay', async () => {
      const { intake } = await setup()
      await intake.send('{"late":1}', 5, 'owner-7')
      await intake.send('{"now":1}', 0, 'owner-7')
      expect(await next(intake)).toMatchObject({ body: '{"now":1}' })
      expect(await next(intake)).toMatchObject({ body: '{"late":1}', group: 'owner-7', receiveCount: 1 })
    })

    it.each([900, 5_000, Number.POSITIVE_INFINITY])('takes a delay of %s s, or its longest', async (delay) => {
      const { intake } = await setup()
      await intake.send('{"late":1}', delay)
      await intake.send('{"given":1}', 0)
      await intake.giveBack(await next(intake), delay)
      await intake.send('{"now":1}', 0)
      expect(await next(intake)).toMatchObject({ body: '{"now":1}' })
      expect(await intake.depth()).toMatchObject({ waiting: 0 })
    })

    it('does not deliver a message that another worker has', async () => {
      const { intake, openAnother } = await setup()
      const rival = await openAnother()
      await intake.send('{"n":1}', 0)
      await next(intake)
      await intake.send('{"n":2}', 0)
      expect(await next(rival)).toMatchObject({ body: '{"n":2}' })
    })

    it('a heartbeat keeps a message for three lock times, unseen by a rival', async () => {
      const lockSeconds = 2
      const { intake, openAnother } = await setup({ lockSeconds })
      const rival = await openAnother()
      await intake.send('{}', 0)
      const message = await next(intake)
      // Twice as often as a worker does: a busy machine is late with some of them.
      const beat = setInterval(() => intake.heartbeat(message, lockSeconds).catch(() => {}), (lockSeconds * 1_000) / 6)
      const seen = await rival.receive(1, AbortSignal.timeout(3 * lockSeconds * 1_000))
      clearInterval(beat)
      expect(seen).toEqual([])
      await intake.acknowledge(message)
      await emptied(intake)
    })

    it('delivers the message of a killed process again, and counts that', async () => {
      const { fixture, intake } = await setup({ lockSeconds: 2 })
      await intake.send('{"a":1}', 0, 'owner-7')
      const holder = await holdMessage(fixture, { lockSeconds: 2 })
      onTestFinished(() => holder.kill())
      expect(holder.body).toBe('{"a":1}')
      await holder.kill()
      const message = await next(intake)
      expect(message).toMatchObject({ body: '{"a":1}', group: 'owner-7' })
      expect(message.receiveCount).toBeGreaterThanOrEqual(2)
    })

    it('delivers a message that is given back, and counts that', async () => {
      const { intake } = await setup()
      await intake.send('{"a":1}', 0, 'owner-7')
      const message = await next(intake)
      await intake.giveBack(message, 0)
      expect(await next(intake)).toMatchObject({ id: message.id, body: '{"a":1}', group: 'owner-7', receiveCount: 2 })
    })

    it('delivers a message that is given back for a while after that', async () => {
      const { intake } = await setup()
      await intake.send('{"given":1}', 0, 'owner-7')
      await intake.giveBack(await next(intake), 1)
      await intake.send('{"now":1}', 0)
      expect(await next(intake)).toMatchObject({ body: '{"now":1}' })
      expect(await next(intake)).toMatchObject({ body: '{"given":1}', group: 'owner-7', receiveCount: 2 })
    })

    it('counts the receives of a job that is sent again from 1', async () => {
      const { intake } = await setup()
      await intake.send('{}', 0)
      const message = await next(intake)
      await intake.send(message.body, 0)
      await intake.acknowledge(message)
      expect(await next(intake)).toMatchObject({ receiveCount: 1 })
    })

    it('makes a dead letter without secrets of a message that is given back too often', async () => {
      const { intake, deadLetters } = await setup({ maxReceives: 3 })
      await intake.send(JSON.stringify({ jobId: 'x', password: secret }), 0, 'owner-7')
      for (const count of [1, 2, 3]) {
        const message = await next(intake)
        expect(message.receiveCount).toBe(count)
        await intake.giveBack(message, 0)
      }
      await settled(intake, { waiting: 0, dead: 1 })
      const letters = await deadLetters()
      expect(letters).toMatchObject([{ code: 'received_too_often', body: '{"jobId":"x","password":"[redacted]"}' }])
      expect(JSON.stringify(letters)).not.toContain(secret)
    })

    it('makes a dead letter without secrets of a message whose workers all die', async () => {
      const { intake, openAnother, deadLetters } = await setup({ lockSeconds: 1, maxReceives: 2 })
      await intake.send(JSON.stringify({ jobId: 'x', password: secret }), 0)
      for (const _ of [1, 2]) {
        const dying = await openAnother()
        await next(dying)
        await dying.close()
      }
      await intake.send('{"now":1}', 3)
      expect(await next(intake)).toMatchObject({ body: '{"now":1}' })
      const letters = await deadLetters()
      expect(letters).toMatchObject([{ code: 'received_too_often', body: '{"jobId":"x","password":"[redacted]"}' }])
      expect(JSON.stringify(letters)).not.toContain(secret)
    })

    it('keeps a dead letter with its reason', async () => {
      const { intake, deadLetters } = await setup()
      const letter = { body: '{"a":1}', reason: 'message: no job', code: 'unreadable_message', messageId: 'm-1' }
      await intake.deadLetter(letter)
      expect(await deadLetters()).toMatchObject([letter])
    })

    it.each(['', 'a\u0000b\u0008\uFFFF\uD800'])('takes a dead letter of any text: %j', async (text) => {
      const { intake, deadLetters } = await setup()
      await intake.deadLetter({ body: text, reason: text, code: text, messageId: text })
      expect(await deadLetters()).toHaveLength(1)
    })

    it('sends dead letters back with their groups, and names one whose secrets were taken out', async () => {
      const { intake } = await setup()
      const letter = (body: string, group?: string) => ({ body, reason: 'no', code: 'no', messageId: body, group })
      // Not as JSON.stringify writes it.
      await intake.deadLetter(letter('{"n": 1.0}', 'owner-7'))
      await intake.deadLetter(letter('{"n":2,"accessToken":"[redacted]"}'))
      await intake.deadLetter(letter('{"n":3}'))
      const { sent, left } = await intake.redrive(10)
      expect(sent).toBe(2)
      expect(left).toMatchObject([{ reason: 'no', code: 'no', messageId: '{"n":2,"accessToken":"[redacted]"}' }])
      await settled(intake, { dead: 1 })
      const messages = [await next(intake), await next(intake)]
      expect(messages.map(({ body, group, receiveCount }) => ({ body, group, receiveCount })).toSorted(byBody)).toEqual(
        [
          { body: '{"n": 1.0}', group: 'owner-7', receiveCount: 1 },
          { body: '{"n":3}', group: undefined, receiveCount: 1 },
        ],
      )
    })

    it('shows dead letters and leaves them where they are', async () => {
      const { intake, openAnother } = await setup()
      const letter = { body: '{"n": 1.0}', reason: 'why', code: 'no', messageId: 'm-1', group: 'owner-7' }
      await intake.deadLetter(letter)
      await intake.deadLetter({ ...letter, messageId: 'm-2', group: undefined })
      await settled(intake, { dead: 2 })
      const ids = async (end: Intake, most: number) => (await end.letters(most)).map(({ messageId }) => messageId)
      expect((await ids(intake, 1)).length).toBe(1)
      expect((await ids(await openAnother(), 10)).toSorted()).toEqual(['m-1', 'm-2'])
      expect((await intake.letters(10)).find(({ messageId }) => messageId === 'm-1')).toEqual(letter)
      expect(await intake.redrive(10)).toEqual({ sent: 2, left: [] })
      expect(await intake.letters(10)).toEqual([])
    })

    it('sends back as many dead letters as it is asked for', async () => {
      const { intake } = await setup()
      // More than the ten that some transports hand out at once.
      for (const body of numbered(15)) await intake.deadLetter({ body, reason: 'no', code: 'no', messageId: body })
      expect(await intake.redrive(12)).toEqual({ sent: 12, left: [] })
      await settled(intake, { dead: 3 })
    })

    it('sends 1,000 dead letters back, each once', async () => {
      const { intake } = await setup()
      const bodies = numbered(1_000)
      await inParallel(bodies, (body) => intake.deadLetter({ body, reason: 'no', code: 'no', messageId: body }))
      expect(await intake.redrive(1_000)).toEqual({ sent: 1_000, left: [] })
      expect((await receiveAll([intake], 1_000)).toSorted()).toEqual(bodies.toSorted())
      await emptied(intake)
    })

    it('says how many messages it holds', async () => {
      const { intake } = await setup()
      for (const body of numbered(4)) await intake.send(body, 0)
      await intake.send('{"late":1}', 600)
      const message = await next(intake)
      await intake.deadLetter({ body: '{}', reason: 'no', code: 'no', messageId: '1' })
      const { waiting, inFlight, delayed, dead } = await settled(intake, { dead: 1 })
      // A transport may have handed more to this end than the test has seen.
      expect(waiting + (inFlight ?? 4 - waiting)).toBe(4)
      expect([1, null]).toContain(delayed)
      expect(dead).toBe(1)
      await intake.acknowledge(message)
    })

    it('tells how long the oldest message has waited, or a sentence of the documents says that it does not', async () => {
      const { intake, ageless } = await setup()
      const age = async () => (await intake.depth()).oldestAge
      await intake.send('{"n":1}', 0)
      await intake.send('{"late":1}', 600)
      if (ageless !== undefined) {
        expectDocumented(ageless)
        expect(await age()).toBeNull()
        return
      }
      await expect.poll(age, { timeout: longestWaitMs }).toBeGreaterThan(1)
      await intake.acknowledge(await next(intake))
      await expect.poll(age, { timeout: longestWaitMs }).toBe(0)
    })

    it('hands out nothing once its signal is aborted, and leaves the messages to others', async () => {
      const { intake, openAnother } = await setup({ lockSeconds: 2 })
      const stop = new AbortController()
      const waiting = intake.receive(1, stop.signal)
      stop.abort()
      expect(await waiting).toEqual([])
      expect(await intake.receive(1, stop.signal)).toEqual([])
      await intake.close()
      const rival = await openAnother()
      await rival.send('{"n":1}', 0)
      expect(await next(rival)).toMatchObject({ body: '{"n":1}' })
    })

    it('a message that is delivered twice is gone once its last worker has acknowledged it', async () => {
      const { intake, openAnother, losses } = await setup({ lockSeconds: 1 })
      const rival = await openAnother()
      await intake.send('{"n":1}', 0)
      const first = await next(intake)
      const [lose] = Object.values(losses)
      await lose?.()
      const second = await either([rival, intake])
      expect(second.body).toBe('{"n":1}')
      await intake.acknowledge(first).catch(() => {})
      await Promise.any([rival.acknowledge(second), intake.acknowledge(second)])
      await emptied(rival)
    })

    it('loses no message when the server restarts in the middle', async () => {
      const { intake, restart } = await setup({ lockSeconds: 3 })
      await expectNothingLost(intake, restart)
    })

    it('names the ways in which a worker can lose its server', async () => {
      const { losses } = await setup()
      expect(Object.keys(losses).length).toBeGreaterThan(0)
    })

    it('loses no message when a worker loses the server in each of these ways', async () => {
      const { losses, openAnother } = await setup({ lockSeconds: 3 })
      for (const lose of Object.values(losses)) await expectNothingLost(await openAnother(), lose)
    })

    it(`carries ${many.toLocaleString('en')} messages, each once`, async () => {
      const { intake, openAnother } = await setup()
      const rival = await openAnother()
      const bodies = numbered(many)
      const sending = inParallel(bodies, (body) => intake.send(body, 0, `owner-${body.length}`))
      const received = receiveAll([intake, rival], bodies.length)
      await sending
      expect((await received).toSorted()).toEqual(bodies.toSorted())
      await emptied(intake)
    }, 400_000)

    it('serves quiet groups before the backlog of another, or a sentence of the documents says that it does not', async () => {
      const { intake, unfair } = await setup()
      if (unfair !== undefined) {
        expectDocumented(unfair)
        return
      }
      await inParallel(numbered(2_000), (body) => intake.send(body, 0, 'busy'))
      for (let n = 0; n < 20; n++) await intake.send('{}', 0, `quiet-${n}`)
      const groups: (string | undefined)[] = []
      for (let n = 0; n < 50; n++) groups.push((await next(intake)).group)
      expect(groups.filter((group) => group !== 'busy')).toHaveLength(20)
      expect(groups.filter((group) => group === 'busy').length).toBeGreaterThan(0)
    })
  })
}

const byBody = (left: { readonly body: string }, right: { readonly body: string }) => (left.body < right.body ? -1 : 1)

function expectDocumented(sentence: string): void {
  expect(readFileSync('docs/add-a-transport.md', 'utf8').replaceAll('\n', ' ')).toContain(sentence)
}

/** Receives messages, again where the server is away, as the worker does. */
async function receiveSome(intake: Intake, most: number, signal = AbortSignal.timeout(longestWaitMs)) {
  for (;;) {
    const messages = await intake.receive(most, signal).catch(() => undefined)
    if (messages && messages.length > 0) return messages
    if (signal.aborted) throw new Error('the queue delivers no message')
    if (!messages) await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function next(intake: Intake): Promise<Message> {
  const [message] = await receiveSome(intake, 1)
  if (!message) throw new Error('the queue delivers no message')
  return message
}

/** A message that one of these receives. */
async function either(intakes: readonly Intake[]): Promise<Message> {
  const received = new AbortController()
  const signal = AbortSignal.any([received.signal, AbortSignal.timeout(longestWaitMs)])
  const messages = intakes.map((intake) => receiveSome(intake, 1, signal))
  const [message] = await Promise.any(messages)
  received.abort()
  await Promise.allSettled(messages)
  if (!message) throw new Error('the queue delivers no message')
  return message
}

/** Waits until the queue counts so: many count a little later than they answer. */
async function settled(intake: Intake, wanted: Partial<Awaited<ReturnType<Intake['depth']>>>) {
  await expect.poll(() => intake.depth(), { timeout: longestWaitMs }).toMatchObject(wanted)
  return intake.depth()
}

/** Waits until the queue holds nothing: no message waits, is delayed, is with a worker or is dead. */
async function emptied(intake: Intake): Promise<void> {
  const sum = async () => Object.values(await intake.depth()).reduce((total, count) => total + (count ?? 0), 0)
  await expect.poll(sum, { timeout: longestWaitMs }).toBe(0)
}

async function inParallel(bodies: readonly string[], send: (body: string) => Promise<void>): Promise<void> {
  const waiting = [...bodies]
  const lane = async () => {
    for (let body = waiting.shift(); body !== undefined; body = waiting.shift()) await send(body)
  }
  await Promise.all(Array.from({ length: 20 }, lane))
}

/** The bodies of so many messages, each acknowledged. */
async function receiveAll(intakes: readonly Intake[], count: number): Promise<string[]> {
  const bodies: string[] = []
  const done = new AbortController()
  const end = async (intake: Intake) => {
    while (!done.signal.aborted) {
      const messages = await intake.receive(10, done.signal)
      await Promise.all(messages.map((message) => intake.acknowledge(message)))
      bodies.push(...messages.map(({ body }) => body))
      if (bodies.length >= count) done.abort()
    }
  }
  await Promise.all(intakes.map(end))
  return bodies
}

/** Breaks something while one message is with the worker and others wait. A message may come twice, and none stays away. */
async function expectNothingLost(intake: Intake, disturb: () => Promise<void>): Promise<void> {
  const bodies = Array.from({ length: 20 }, () => JSON.stringify({ id: randomUUID() }))
  for (const body of bodies) await intake.send(body, 0)
  await next(intake)
  await disturb()
  const left = new Set(bodies)
  while (left.size > 0) {
    const message = await next(intake)
    await intake.acknowledge(message)
    left.delete(message.body)
  }
  await intake.send('{"after":1}', 0)
  expect(await next(intake)).toMatchObject({ body: '{"after":1}' })
}
