import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openIntake } from '../../src/queue/open-intake.ts'
import type { IntakeOptions } from '../../src/queue/queue.ts'
import { exerciseQueue } from '../contracts/exercise-queue.ts'
import { exerciseServer } from './exercise-server.ts'
import { expectNoSecret, failureOf, next } from './intake-calls.ts'
import { openRabbitFixtures, type RabbitFixtures } from './rabbitmq-fixture.ts'

/*
 * RabbitMQ on the server of Debian's package. `npm run test:brokers` runs this.
 */

let fixtures: RabbitFixtures
beforeAll(async () => {
  fixtures = await openRabbitFixtures()
})
afterAll(() => fixtures?.close())

exerciseQueue('RabbitMQ', () => fixtures.openQueue())

exerciseServer(() => fixtures, {
  transport: 'rabbitmq',
  heldMessage: 'lost',
  wrongAddresses: {
    'a wrong password': [(url) => url.replace('pass%20w', 'canary%20w'), 'ACCESS_REFUSED'],
    'a port without a server': [(url) => url.replace(/:\d+\//, ':9/'), 'ECONNREFUSED'],
    'a virtual host that is not there': [(url) => url.replace('/?', '/none?'), 'ConnectionClose'],
  },
})

type Chosen = Partial<Pick<IntakeOptions, 'maxReceives'>>

async function setup(chosen: Chosen = {}) {
  const fixture = await fixtures.openQueue()
  const name = new URL(fixture.options.url).searchParams.get('queue') ?? ''
  const openAnother = async (url = fixture.options.url) => {
    const intake = await openIntake({ url, lockSeconds: 60, maxReceives: 12, ...chosen })
    onTestFinished(() => intake.close())
    return intake
  }
  return { fixture, name, openAnother, intake: await openAnother() }
}

test('a receiver goes on after RabbitMQ has closed its channel for a message that was held too long', async () => {
  const { evaluate } = fixtures.server
  await evaluate('application:set_env(rabbit, consumer_timeout, 1000).')
  const { intake } = await setup()
  await intake.send('{"n":1}', 0)
  const slow = await next(intake)
  await evaluate('application:set_env(rabbit, consumer_timeout, 1800000).')
  // The other end of the same session waits for messages when its channel is closed.
  const again = await next(intake)
  expect(again).toMatchObject({ body: '{"n":1}', receiveCount: 2 })
  await expect(intake.heartbeat(slow, 60)).rejects.toThrow('rabbitmq: the worker has the message no longer')
  await expect(intake.acknowledge(slow)).rejects.toThrow('rabbitmq: the worker has the message no longer')
  await intake.acknowledge(again)
})

test('no acknowledgement of hundreds is lost when the worker stops right after it', async () => {
  const { intake, openAnother } = await setup()
  for (let n = 0; n < 500; n++) await intake.send(JSON.stringify({ n }), 0)
  const stopping = await openAnother()
  const messages = await stopping.receive(500, AbortSignal.timeout(120_000))
  await Promise.all(messages.map((message) => stopping.acknowledge(message)))
  await stopping.close()
  await expect.poll(() => intake.depth(), { timeout: 120_000 }).toMatchObject({ waiting: 500 - messages.length })
})

test('a message is answered once: a second answer would close the channel under all others', async () => {
  const { intake } = await setup()
  await intake.send('{"n":1}', 0)
  await intake.send('{"n":2}', 0)
  const [first, second] = [await next(intake), await next(intake)]
  await intake.giveBack(first, 900)
  await intake.release?.(first)
  await expect(intake.acknowledge(first)).rejects.toThrow('rabbitmq: the worker has the message no longer')
  await intake.heartbeat(second, 60)
  await intake.acknowledge(second)
  await expect.poll(() => intake.depth()).toMatchObject({ waiting: 0, delayed: 1 })
})

test('a message that is released comes later, so that a failing worker does not spin', async () => {
  const { intake } = await setup()
  await intake.send('{"n":1}', 0)
  await intake.release?.(await next(intake))
  await expect.poll(() => intake.depth()).toMatchObject({ waiting: 0, delayed: 1 })
})

test('a message waits as long as it was asked to, and not until the time of its queue', async () => {
  const { intake } = await setup()
  await intake.send('"six seconds"', 6)
  await delay(2_500)
  // It comes after seven and a half seconds, and the queue of the first holds messages for ten.
  await intake.send('"later"', 5)
  expect((await next(intake)).body).toBe('"six seconds"')
  expect((await next(intake)).body).toBe('"later"')
}, 600_000)

test('what moves by itself moves at least once, and no letter is given up', async () => {
  const { intake, name } = await setup()
  await intake.depth()
  const listed = await fixtures.server.evaluate(
    `[{element(4, amqqueue:get_name(Q)), amqqueue:get_arguments(Q)} || Q <- rabbit_amqqueue:list(), lists:member(element(4, amqqueue:get_name(Q)), [<<"${name}">>, <<"${name}.dead">>, <<"${name}.delay.30">>])].`,
  )
  const queues = listed
    .replace(/\s+/g, '')
    .split('},{<<"queue')
    .map((part) => part.match(/<<"[^"]*">>|\d{3,}/g))
  expect(queues.flat()).toEqual(
    expect.arrayContaining(['<<"at-least-once">>', '<<"reject-publish">>', '<<"quorum">>', '1000000000', '30000']),
  )
  expect(listed.match(/reject-publish/g)).toHaveLength(2)
  expect(listed.match(/at-least-once/g)).toHaveLength(2)
})

test('a queue that an operator has declared stays as it is', async () => {
  const { fixture, name, openAnother } = await setup()
  await fixtures.onConnection(async (connection) => {
    const channel = await connection.createChannel()
    await channel.deleteQueue(name)
    await channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'classic' } })
  })
  const intake = await openAnother()
  await fixture.sendAsOthers('{"n":1}', {})
  const message = await next(intake)
  expect(message).toMatchObject({ body: '{"n":1}', receiveCount: 1 })
  await intake.giveBack(message, 1)
  expect(await next(intake)).toMatchObject({ body: '{"n":1}', receiveCount: 2 })
})

test('a login that may declare nothing works on queues that are there', async () => {
  const { name, intake, openAnother } = await setup()
  await intake.depth()
  await fixtures.server.evaluate(
    'rabbit_auth_backend_internal:add_user(<<"plain">>, <<"plain">>, <<"t">>), rabbit_auth_backend_internal:set_permissions(<<"plain">>, <<"/">>, <<"^$">>, <<".*">>, <<".*">>, <<"t">>).',
  )
  const plain = await openAnother(`amqp://plain:plain@127.0.0.1:${fixtures.server.port}/%2F?queue=${name}`)
  await plain.send('{"n":1}', 1)
  expect(await next(plain)).toMatchObject({ body: '{"n":1}' })
})

test('a message to a queue that is gone is a failure, although RabbitMQ confirms it', async () => {
  const { name, intake } = await setup()
  await intake.depth()
  await fixtures.onConnection(async (connection) => {
    const channel = await connection.createChannel()
    await channel.deleteQueue(`${name}.delay.5`)
  })
  await expect(intake.send('{}', 5)).rejects.toThrow(`there is no queue "${name}.delay.5"`)
  await intake.send('{"n":1}', 0)
  expect(await next(intake)).toMatchObject({ body: '{"n":1}' })
})

test('a message whose copy RabbitMQ does not take stays with its worker', async () => {
  const { name, intake } = await setup()
  await intake.send('{"n":1}', 0)
  const message = await next(intake)
  await fixtures.onConnection(async (connection) => {
    const channel = await connection.createChannel()
    for (const gone of ['delay.5', 'dead']) await channel.deleteQueue(`${name}.${gone}`)
  })
  await expect(intake.giveBack(message, 5)).rejects.toThrow(`there is no queue "${name}.delay.5"`)
  await expect(intake.giveBack({ ...message, receiveCount: 12 }, 0)).rejects.toThrow(`there is no queue "${name}.dead"`)
  await intake.acknowledge(message)
})

test('a message that was received too often is kept while its dead letter cannot be sent, and no other is let go', async () => {
  const { fixture, name, intake, openAnother } = await setup({ maxReceives: 1 })
  await intake.send('{"n":1}', 0)
  const other = await next(intake)
  await intake.send('{"n":2}', 0)
  const dying = await openAnother()
  await next(dying)
  await dying.close()
  await fixtures.onConnection(async (connection) => {
    const channel = await connection.createChannel()
    await channel.deleteQueue(`${name}.dead`)
  })
  const receive = () => intake.receive(1, AbortSignal.timeout(10_000))
  await expect(receive()).rejects.toThrow(`there is no queue "${name}.dead"`)
  await intake.acknowledge(other)
  // A worker that starts declares the queue again.
  await openAnother()
  expect(await receive()).toEqual([])
  expect(await fixture.deadLetters()).toMatchObject([{ body: '{"n":2}', code: 'received_too_often' }])
  await expect.poll(() => intake.depth()).toMatchObject({ waiting: 0 })
})

test('a receiver whose queue is deleted declares it again', async () => {
  const { name, intake } = await setup()
  await intake.depth()
  const received = next(intake)
  await fixtures.onConnection(async (connection) => {
    const channel = await connection.createChannel()
    await expect.poll(async () => (await channel.checkQueue(name)).consumerCount).toBe(1)
    await channel.deleteQueue(name)
  })
  await expect
    .poll(
      () =>
        intake.send('{"n":1}', 0).then(
          () => true,
          () => false,
        ),
      { timeout: 120_000 },
    )
    .toBe(true)
  expect(await received).toMatchObject({ body: '{"n":1}' })
})

test('a server without memory confirms nothing, and the call fails in words', async () => {
  const { intake } = await setup()
  await intake.depth()
  await fixtures.server.evaluate('vm_memory_monitor:set_vm_memory_high_watermark(0.00001).')
  const failure = await failureOf(intake.send('{"canary":1}', 0))
  await fixtures.server.evaluate('vm_memory_monitor:set_vm_memory_high_watermark(0.6).')
  expect(failure.message).toContain('a message was not confirmed within 10 s')
  expectNoSecret(failure)
  await expect
    .poll(
      () =>
        intake.send('{"n":1}', 0).then(
          () => true,
          () => false,
        ),
      { timeout: 120_000 },
    )
    .toBe(true)
})
