import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openIntake } from '../../src/queue/open-intake.ts'
import { failureOf, next } from './intake-calls.ts'
import { openRabbitFixtures, type RabbitFixtures } from './rabbitmq-fixture.ts'

/* Who may log in to RabbitMQ, and what a session does with what it was sent. */

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
  return { name, losses, openAnother }
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
