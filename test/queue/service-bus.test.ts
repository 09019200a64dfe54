import { setTimeout } from 'node:timers/promises'
import { inspect } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { openIntake } from '../../src/queue/open-intake.ts'
import type { Intake } from '../../src/queue/queue.ts'
import { exerciseQueue } from '../contracts/exercise-queue.ts'
import { openServiceBusFixture } from './service-bus/fixture.ts'
import type { StandInOptions } from './service-bus/stand-in.ts'

/*
 * Azure Service Bus against a stand-in by AMQP 1.0. Azure itself was never used.
 */

/** The lock is the queue's. A shorter one would run out while a busy machine answers a message. */
const shortestLockSeconds = 5

exerciseQueue(
  'Azure Service Bus',
  ({ lockSeconds }) =>
    openServiceBusFixture(
      lockSeconds === undefined ? {} : { lockMs: Math.max(shortestLockSeconds, lockSeconds) * 1_000 },
    ),
  3_000,
)

async function setup(options: Partial<StandInOptions> = {}) {
  const fixture = await openServiceBusFixture(options)
  onTestFinished(() => fixture.close())
  const openAnother = async (url = fixture.options.url) => {
    const intake = await openIntake({ url, lockSeconds: 60, maxReceives: 12 })
    onTestFinished(() => intake.close())
    return intake
  }
  return { ...fixture, openAnother, intake: await openAnother() }
}

async function next(intake: Intake) {
  const [message] = await intake.receive(1, AbortSignal.timeout(120_000))
  if (!message) throw new Error('the queue delivers no message')
  return message
}

test('a heartbeat begins the lock of the queue again, whatever the worker asks for', async () => {
  const { intake, openAnother } = await setup({ lockMs: 2_000 })
  const rival = await openAnother()
  await intake.send('{}', 0)
  const message = await next(intake)
  // A busy machine is late with some of them.
  const beat = setInterval(() => intake.heartbeat(message, 75).catch(() => {}), 200)
  expect(await rival.receive(1, AbortSignal.timeout(5_000))).toEqual([])
  clearInterval(beat)
  expect(await next(rival)).toMatchObject({ receiveCount: 2 })
  await expect(intake.heartbeat(message, 75)).rejects.toThrow('service-bus: the server at')
})

test('the library renews no lock by itself, so a worker that hangs loses its message', async () => {
  const { intake, openAnother } = await setup({ lockMs: 1_000 })
  await intake.send('{}', 0)
  await next(intake)
  expect(await next(await openAnother())).toMatchObject({ receiveCount: 2 })
})

test('a body arrives as it was written, and is not read as JSON before', async () => {
  const { intake, sendAsOthers } = await setup()
  const body = '{"n": 1.0, "n": 12345678901234567890, "text": "üж"}'
  await sendAsOthers(body, {})
  const message = await next(intake)
  expect(message.body).toBe(body)
  await intake.giveBack(message, 1)
  expect((await next(intake)).body).toBe(body)
})

test('the copy of a job is no duplicate to a queue that detects duplicates', async () => {
  const { intake } = await setup({ detectsDuplicates: true })
  await intake.send('{"n":1}', 0)
  const first = await next(intake)
  await intake.giveBack(first, 1)
  const second = await next(intake)
  expect(second).toMatchObject({ id: first.id, receiveCount: 2 })
  await intake.send(second.body, 0)
  await intake.acknowledge(second)
  expect(await next(intake)).toMatchObject({ body: '{"n":1}', receiveCount: 1 })
})

test('dead letters of Service Bus itself are sent back, and named where they cannot be', async () => {
  const { intake, standIn } = await setup({ lockMs: 300, maxDeliveries: 1 })
  for (const body of ['{"n":1}', '{"n":2,"note":"[redacted]"}', '{"n":3}']) await intake.send(body, 0)
  await intake.receive(3, AbortSignal.timeout(120_000))
  await expect.poll(() => standIn.queue('jobs/$DeadLetterQueue').ready.length).toBe(3)
  expect(await intake.depth()).toMatchObject({ waiting: 0, dead: 3 })
  const { sent, left } = await intake.redrive(10)
  expect(sent).toBe(2)
  expect(left).toMatchObject([{ body: '{"n":2,"note":"[redacted]"}', code: 'MaxDeliveryCountExceeded' }])
  expect(await intake.depth()).toMatchObject({ waiting: 2, dead: 1 })
})

test('the depth is the same when it is asked for again', async () => {
  const { intake } = await setup()
  for (let n = 0; n < 120; n++) await intake.send('{}', 0)
  await intake.send('{}', 600)
  const depth = { waiting: 120, inFlight: null, delayed: 1, dead: 0 }
  expect([await intake.depth(), await intake.depth()]).toMatchObject([depth, depth])
})

test('a message that is there is handed out without a wait for more', async () => {
  const { intake } = await setup()
  const waiting = intake.receive(10, AbortSignal.timeout(120_000))
  await intake.send('{"n":1}', 0)
  const first = await waiting
  await intake.send('{"n":2}', 0)
  // The library would wait a second for the other nine.
  expect([first.length, (await intake.receive(10, AbortSignal.timeout(120_000))).length]).toEqual([1, 1])
})

/** The library closes a link whose drain is not answered, and forgets the settlements that wait for their answer on it. */
test.each(['the settlement is lost', 'only its answer is lost'] as const)(
  'a settlement is made again where the library closes its link: %s',
  async (lost) => {
    let drained = () => {}
    const settlements: (() => void)[] = []
    const { intake, standIn } = await setup({
      onDrain: () => drained(),
      onSettle: (answer) => settlements.push(answer),
    })
    await intake.send('{}', 0)
    const message = await next(intake)
    const stop = new AbortController()
    const firstDrain = new Promise<void>((resolve) => {
      drained = resolve
    })
    const receiving = intake.receive(1, stop.signal)
    await firstDrain
    // The next drain comes on another link.
    drained = () => lost === 'only its answer is lost' && settlements.shift()?.()
    await intake.acknowledge(message)
    stop.abort()
    await receiving
    const { ready, locks } = standIn.queue('jobs')
    expect({ ready: ready.length, locks: locks.size }).toEqual({ ready: 0, locks: 0 })
  },
)

test('a receive keeps its link, also where a message takes the last credit of a drain', async () => {
  let atDrain: (() => void) | undefined
  const { intake, standIn } = await setup({
    onDrain(answer) {
      atDrain?.()
      // The message is sent before.
      void setTimeout(20).then(answer)
    },
  })
  await intake.send('{"n":1}', 0)
  const { receipt } = await next(intake)
  atDrain = () => void standIn.queue('jobs').enqueue({ body: Buffer.from('{"n":2}') })
  expect(await next(intake)).toMatchObject({ body: '{"n":2}' })
  await intake.send('{"n":3}', 0)
  expect(linkOf((await next(intake)).receipt) === linkOf(receipt)).toBe(true)
})

const linkOf = (receipt: unknown) => (receipt as { delivery: { link: object } }).delivery.link

test('a message from before a restart of the server is acknowledged after it, and at once', async () => {
  const { intake, restart, standIn } = await setup()
  await intake.send('{"n":1}', 0)
  const message = await next(intake)
  const waiting = intake.receive(1, AbortSignal.timeout(120_000)).catch(() => {})
  await restart()
  await waiting
  await intake.send('{"n":2}', 0)
  // Its link is open, of the same name as the one that had the message.
  await intake.acknowledge(await next(intake))
  await intake.acknowledge(message)
  expect(standIn.queue('jobs').locks.size).toBe(0)
}, 55_000)

test('a message that comes after a restart of the server goes to a worker that is there', async () => {
  let drained = () => {}
  const hasCredit = new Promise<void>((resolve) => {
    drained = resolve
  })
  const { intake, restart, sendAsOthers } = await setup({ onDrain: () => drained() })
  const waiting = intake.receive(1, AbortSignal.timeout(120_000)).catch(() => {})
  await hasCredit
  await restart()
  await waiting
  await sendAsOthers('{}', {})
  // A link that is gone would keep it until its lock ends.
  expect(await next(intake)).toMatchObject({ receiveCount: 1 })
}, 55_000)

test('a server that is away fails each call in words without the key', async () => {
  const { intake, standIn } = await setup()
  await intake.send('{}', 0)
  const message = await next(intake)
  await standIn.stop()
  const calls = [intake.send('{"canary":1}', 0), intake.acknowledge(message), intake.heartbeat(message, 75)]
  // Each is awaited at once: a failure that nobody waits for would end the run.
  const failures = await Promise.all(
    calls.map(
      (call): Promise<Error> =>
        call.then(
          () => new Error('the call did not fail'),
          (error) => error,
        ),
    ),
  )
  for (const failure of failures) {
    expect(failure.message).toMatch(
      /^service-bus: the server at 127\.0\.0\.1:\d+ failed: .*Check the server and Queue\.Url\.$/,
    )
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toMatch(/canary|c2VjcmV0/)
  }
  await standIn.start()
  await intake.send('{"n":2}', 0)
})

test('a worker that lost the connection of its message ends in seconds all the same', async () => {
  const { intake, restart } = await setup({ lockMs: 60_000 })
  await intake.send('{"n":1}', 0)
  await next(intake)
  await restart()
  await intake.send('{"n":2}', 0)
  await expect.poll(() => next(intake).catch(() => undefined), { timeout: 120_000 }).toMatchObject({ body: '{"n":2}' })
  const late = setTimeout(15_000, 'late', { ref: false })
  expect(await Promise.race([intake.close(), late])).toBeUndefined()
})

test.each([
  ['no host', 'Endpoint=sb://;SharedAccessKey=canary', 'names no namespace'],
  ['no key', 'Endpoint=sb://one.servicebus.windows.net/;Canary=canary', 'has no key'],
  ['half a key', 'Endpoint=sb://one.servicebus.windows.net/;SharedAccessKey=canary', 'failed'],
])('an address with %s is refused in words that do not show it', async (_, url, sentence) => {
  const failure: Error = await openIntake({ url, lockSeconds: 60, maxReceives: 12 }).then(
    () => new Error('it was opened'),
    (error) => error,
  )
  expect(failure.message).toContain(sentence)
  expect(inspect(failure, { depth: 9, showHidden: true })).not.toMatch(/canary/i)
})
