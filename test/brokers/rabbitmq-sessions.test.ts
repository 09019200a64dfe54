import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openIntake } from '../../src/queue/open-intake.ts'
import { onOwnChannel } from '../../src/queue/rabbitmq/queues.ts'
import { openSession } from '../../src/queue/rabbitmq/session.ts'
import { parseServerAddress } from '../../src/queue/server-address.ts'
import { failureOf, next } from './intake-calls.ts'
import { openRabbitFixtures, type RabbitFixtures } from './rabbitmq-fixture.ts'

/* Who may log in to RabbitMQ, what a session does with what it was sent, and its dead letters. */

let fixtures: RabbitFixtures
beforeAll(async () => {
  fixtures = await openRabbitFixtures()
})
afterAll(() => fixtures?.close())

async function setup() {
  const { options, losses } = await fixtures.openQueue()
  const name = new URL(options.url).searchParams.get('queue') ?? ''
  const openAnother = async (login?: string) => {
    const url = login === undefined ? options.url : `amqp://${login}127.0.0.1:${fixtures.server.port}/?queue=${name}`
    const intake = await openIntake({ url, lockSeconds: 60, maxReceives: 12 })
    onTestFinished(() => intake.close())
    return intake
  }
  return { url: options.url, name, losses, openAnother }
}

test('an address without a login is that of guest, as for other programs', async () => {
  const { openAnother } = await setup()
  const intake = await openAnother('')
  await intake.send('{"n":1}', 0)
  expect(await next(intake)).toMatchObject({ body: '{"n":1}' })
})

test.each(['guest@', ':guest@'])('a half login is no login of guest: %s', async (login) => {
  const { openAnother } = await setup()
  expect((await failureOf(openAnother(login))).message).toContain('ACCESS_REFUSED')
})

test('a login that may declare nothing is refused in words where a queue is missing', async () => {
  await fixtures.server.evaluate(
    'rabbit_auth_backend_internal:add_user(<<"plain">>, <<"word">>, <<"t">>), rabbit_auth_backend_internal:set_permissions(<<"plain">>, <<"/">>, <<"^$">>, <<".*">>, <<".*">>, <<"t">>).',
  )
  const { openAnother } = await setup()
  expect((await failureOf(openAnother('plain:word@'))).message).toMatch(/^rabbitmq: the server at .*ACCESS_REFUSED/)
})

test('a message that is sent as its receive is aborted goes to another worker, and the messages before it stay', async () => {
  const { openAnother } = await setup()
  const intake = await openAnother()
  await intake.send('{"n":1}', 0)
  const held = await next(intake)
  await intake.send('{"n":2}', 0)
  const stop = new AbortController()
  const receiving = intake.receive(1, stop.signal)
  stop.abort()
  expect(await receiving).toEqual([])
  const rival = await openAnother()
  const message = await next(rival)
  expect(message).toMatchObject({ body: '{"n":2}' })
  await rival.acknowledge(message)
  expect(await rival.receive(1, AbortSignal.timeout(10_000), true)).toEqual([])
  await intake.acknowledge(held)
  expect(await intake.depth()).toMatchObject({ waiting: 0, dead: 0 })
})

test('a message whose connection was lost is let go without a word', async () => {
  const { losses, openAnother } = await setup()
  const intake = await openAnother()
  await intake.send('{"n":1}', 0)
  const message = await next(intake)
  await losses['its connection is cut']?.()
  const again = await next(intake)
  await intake.release?.(message)
  await intake.acknowledge(again)
  expect(await intake.depth()).toMatchObject({ waiting: 0, delayed: 0 })
})

test('a receive that waits while its connection is cut fails in words', async () => {
  const { name, losses, openAnother } = await setup()
  const intake = await openAnother()
  const failure = failureOf(intake.receive(1, AbortSignal.timeout(120_000)))
  await fixtures.onConnection(async (connection) => {
    const channel = await connection.createChannel()
    await expect.poll(async () => (await channel.checkQueue(name)).consumerCount).toBe(1)
  })
  await losses['its connection is cut']?.()
  expect((await failure).message).toMatch(/^rabbitmq: the server at /)
})

test('a message is written to disk also by a queue that keeps others in memory', async () => {
  const { name, openAnother } = await setup()
  const intake = await openAnother()
  await intake.send('{"n":1}', 0)
  const persistence = await fixtures.onConnection(async (connection) => {
    const channel = await connection.createChannel()
    const message = await channel.get(name)
    return message === false ? undefined : message.properties.deliveryMode
  })
  expect(persistence).toBe(2)
})

test('a session that is closed has ended its connection, and its loss is known', async () => {
  const { url } = await setup()
  const session = await openSession({ address: parseServerAddress(url, 5672), maxReceives: 12 })
  let hasEnded = false
  session.connection.on('close', () => {
    hasEnded = true
  })
  await session.close()
  expect([hasEnded, session.lost.aborted]).toEqual([true, true])
})

test('a call on a channel of its own ends once the channel is closed, so that the next call finds what it held', async () => {
  const { url } = await setup()
  const session = await openSession({ address: parseServerAddress(url, 5672), maxReceives: 12 })
  let isClosed = false
  await onOwnChannel(session.connection, async (channel) => {
    channel.on('close', () => {
      isClosed = true
    })
  })
  expect(isClosed).toBe(true)
  await session.close()
})

test('no message is lost that comes while others are taken', async () => {
  const { openAnother } = await setup()
  const [sender, intake] = await Promise.all([openAnother(), openAnother()])
  const bodies = Array.from({ length: 200 }, (_, n) => `{"n":${n}}`)
  const sending = Promise.all(bodies.map((body) => sender.send(body, 0)))
  const received: string[] = []
  const signal = AbortSignal.timeout(120_000)
  while (received.length < bodies.length && !signal.aborted)
    for (const message of await intake.receive(10, signal)) {
      received.push(message.body)
      await intake.acknowledge(message)
    }
  await sending
  expect(received.toSorted()).toEqual(bodies.toSorted())
})

test('a worker that has acknowledged many messages gives RabbitMQ a second to read that before it ends', async () => {
  const { openAnother } = await setup()
  const intake = await openAnother()
  await Promise.all(Array.from({ length: 40 }, () => intake.send('{}', 0)))
  for (let acknowledged = 0; acknowledged < 40; ) {
    const messages = await intake.receive(40, AbortSignal.timeout(120_000))
    await Promise.all(messages.map((message) => intake.acknowledge(message)))
    acknowledged += messages.length
  }
  const began = performance.now()
  await intake.close()
  expect(performance.now() - began).toBeGreaterThan(900)
})

const letter = (messageId: string) => ({ body: '{}', reason: '', code: '', messageId })

test('as many dead letters are shown and sent back as are asked for, the oldest first', async () => {
  const { openAnother } = await setup()
  const intake = await openAnother()
  for (const id of ['m-1', 'm-2', 'm-3']) await intake.deadLetter(letter(id))
  const ids = async (most: number) => (await intake.letters(most)).map(({ messageId }) => messageId)
  expect(await ids(2)).toEqual(['m-1', 'm-2'])
  expect(await intake.redrive(2)).toEqual({ sent: 2, left: [] })
  expect(await ids(10)).toEqual(['m-3'])
  expect(await intake.redrive(10)).toEqual({ sent: 1, left: [] })
})

test('a dead letter that cannot be sent back stays where it is', async () => {
  const { name, openAnother } = await setup()
  const intake = await openAnother()
  await intake.deadLetter(letter('m-1'))
  await fixtures.onConnection(async (connection) => (await connection.createChannel()).deleteQueue(name))
  await expect(intake.redrive(1)).rejects.toThrow(`there is no queue "${name}"`)
  expect(await intake.letters(10)).toEqual([letter('m-1')])
})
