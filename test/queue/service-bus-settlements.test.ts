import { setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openIntake } from '../../src/queue/open-intake.ts'
import { openServiceBusFixture } from './service-bus/fixture.ts'
import type { StandInOptions } from './service-bus/stand-in.ts'

/* When the worker is done with a message of Azure Service Bus. */

/** A worker that has a message. */
async function setup(options: Partial<StandInOptions> = {}) {
  const fixture = await openServiceBusFixture(options)
  onTestFinished(() => fixture.close())
  const intake = await openIntake({ url: fixture.options.url, lockSeconds: 60, maxReceives: 12 })
  onTestFinished(() => intake.close())
  await intake.send('{"n":1}', 0)
  const [message] = await intake.receive(1, AbortSignal.timeout(120_000))
  if (!message) throw new Error('the queue delivers no message')
  return { ...fixture, intake, message }
}

type Calls = Awaited<ReturnType<typeof setup>>

const settlements: Readonly<Record<string, (calls: Calls) => Promise<void>>> = {
  'is acknowledged': ({ intake, message }) => intake.acknowledge(message),
  'is given back': ({ intake, message }) => intake.giveBack(message, 0),
  'is given back for a while': ({ intake, message }) => intake.giveBack(message, 5),
  'is given up': ({ intake, message }) => intake.giveBack({ ...message, receiveCount: 12 }, 0),
}

test.each(Object.entries(settlements))('a message that %s is settled when the server says so', async (_, settle) => {
  const answers: (() => void)[] = []
  const calls = await setup({ onSettle: (answer) => answers.push(answer) })
  let isSettled = false
  const settling = settle(calls).then(() => {
    isSettled = true
  })
  await expect.poll(() => answers.length).toBe(1)
  for (let n = 0; n < 20; n++) await turn()
  expect(isSettled).toBe(false)
  answers[0]?.()
  await settling
})

test.each(Object.entries(settlements))('a message that %s is settled once', async (_, settle) => {
  const calls = await setup()
  await settle(calls)
  const { intake, message } = calls
  await expect(intake.acknowledge(message)).rejects.toThrow('the worker has the message no longer')
  await expect(intake.heartbeat(message, 60)).rejects.toThrow('the worker has the message no longer')
})

test('a worker that has ended holds no message', async () => {
  const { intake, standIn } = await setup({ lockMs: 60_000 })
  await intake.close()
  const { ready, locks } = standIn.queue('jobs')
  expect({ ready: ready.length, locks: locks.size }).toEqual({ ready: 1, locks: 0 })
})

test('a worker that ends waits until the server says that it has its messages back', async () => {
  const answers: (() => void)[] = []
  const { intake, options } = await setup({ onSettle: (answer) => answers.push(answer) })
  const other = await openIntake({ url: options.url, lockSeconds: 60, maxReceives: 12 })
  onTestFinished(() => other.close())
  await other.send('{}', 0)
  let hasEnded = false
  const ending = intake.close().then(() => {
    hasEnded = true
  })
  await expect.poll(() => answers.length).toBe(1)
  // A worker that did not wait would have ended before so many answers of the server.
  for (let n = 0; n < 3; n++) await other.send('{}', 0)
  expect(hasEnded).toBe(false)
  answers[0]?.()
  await ending
})

test('a dead letter that is sent back is deleted once its copy is there, and the redrive ends after that', async () => {
  const copies: number[] = []
  const answers: (() => void)[] = []
  const { intake, message, standIn } = await setup({
    onSettle(answer) {
      copies.push(standIn.queue('jobs').ready.length)
      answers.push(answer)
    },
  })
  await intake.deadLetter({ body: message.body, reason: '', code: '', messageId: '' })
  let hasEnded = false
  const redriven = intake.redrive(1).finally(() => {
    hasEnded = true
  })
  await expect.poll(() => answers.length).toBe(1)
  // A redrive that did not wait would have ended before so many answers of the server.
  for (let n = 0; n < 20; n++) await intake.send('{"n":2}', 0)
  expect({ copies, hasEnded }).toEqual({ copies: [1], hasEnded: false })
  answers[0]?.()
  expect(await redriven).toEqual({ sent: 1, left: [] })
})

test('a message is given up once its dead letter is there', async () => {
  const letters: number[] = []
  const { intake, message, standIn } = await setup({
    onSettle(answer) {
      letters.push(standIn.queue('jobs-dead').ready.length)
      answer()
    },
  })
  await intake.giveBack({ ...message, receiveCount: 12 }, 0)
  expect(letters).toEqual([1])
})

test('a message whose copy cannot be sent stays with its worker', async () => {
  const { intake, message } = await setup()
  const unsendable = { ...message, body: undefined as never }
  await expect(intake.giveBack(unsendable, 5)).rejects.toThrow('service-bus: the server at')
  await intake.acknowledge(message)
})

const linkOf = (receipt: unknown) => (receipt as { delivery: { link: object } }).delivery.link

test('a receiver keeps its link after a settlement that was answered', async () => {
  const { intake, message } = await setup()
  await intake.acknowledge(message)
  await intake.send('{"n":2}', 0)
  const [second] = await intake.receive(1, AbortSignal.timeout(120_000))
  expect(linkOf(second?.receipt) === linkOf(message.receipt)).toBe(true)
})

test('a settlement that the server refuses is a failure, and is not made again', async () => {
  const { intake, message, standIn } = await setup({ lockMs: 300 })
  const { locks } = standIn.queue('jobs')
  await expect.poll(() => locks.size).toBe(0)
  await expect(intake.acknowledge(message)).rejects.toThrow(/^service-bus: the server at .*lock/i)
})

test('a receive from a server that is away fails with what the library says', async () => {
  const { intake, standIn } = await setup()
  await standIn.stop()
  await expect(intake.receive(1, AbortSignal.timeout(120_000))).rejects.toThrow(
    /^service-bus: the server at .*(?:AMQP connection|ECONNREFUSED)/,
  )
})

test('as many dead letters as are asked for are sent back, of the worker and of Service Bus together', async () => {
  const { intake, standIn } = await setup({ lockMs: 300, maxDeliveries: 1 })
  for (const body of ['{"n":2}', '{"n":3}']) await intake.send(body, 0)
  await intake.receive(2, AbortSignal.timeout(120_000))
  await expect.poll(() => standIn.queue('jobs/$DeadLetterQueue').ready.length).toBe(3)
  for (const body of ['{"n":4}', '{"n":5}']) await intake.deadLetter({ body, reason: '', code: '', messageId: '' })
  expect(await intake.redrive(3)).toEqual({ sent: 3, left: [] })
  expect(await intake.depth()).toMatchObject({ waiting: 3, dead: 2 })
})

const failureOf = (call: Promise<unknown>): Promise<Error> =>
  call.then(
    () => new Error('the call did not fail'),
    (error) => error,
  )

// The library tries for half a minute, and settles for a minute on a link that is gone.
const inTime = 45_000

test(
  'a dead letter and an acknowledgement fail in time while the server is away, and the message is delivered again',
  async () => {
    const { intake, message, standIn } = await setup({ lockMs: 2_000 })
    await standIn.stop()
    const letter = { body: '{}', reason: 'r', code: 'c', messageId: message.id }
    for (const failure of await Promise.all([intake.deadLetter(letter), intake.acknowledge(message)].map(failureOf)))
      expect(failure.message).toMatch(
        /^service-bus: the server at [\d.:]+ failed: .*Check the server and Queue\.Url\.$/,
      )
    await standIn.start()
    const again = () => intake.receive(1, AbortSignal.timeout(120_000)).catch(() => [])
    await expect.poll(again).toMatchObject([{ body: '{"n":1}', receiveCount: 2 }])
  },
  inTime,
)
