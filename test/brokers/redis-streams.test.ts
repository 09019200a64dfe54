import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openIntake } from '../../src/queue/open-intake.ts'
import type { IntakeOptions } from '../../src/queue/queue.ts'
import { exerciseQueue } from '../contracts/exercise-queue.ts'
import { exerciseServer } from './exercise-server.ts'
import { failureOf, next } from './intake-calls.ts'
import { openRedisFixtures, type RedisFixtures } from './redis-fixture.ts'

/*
 * Redis Streams on the server of Debian's package. `npm run test:brokers` runs this.
 */

let fixtures: RedisFixtures
beforeAll(async () => {
  fixtures = await openRedisFixtures()
})
afterAll(() => fixtures?.close())

exerciseQueue('Redis Streams', () => fixtures.openQueue())

exerciseServer(() => fixtures, {
  transport: 'redis-streams',
  heldMessage: 'kept',
  wrongAddresses: {
    'a wrong password': [(url) => url.replace('pass%20w', 'canary%20w'), 'WRONGPASS'],
    'a port without a server': [(url) => url.replace(/:\d+\//, ':9/'), 'ECONNREFUSED'],
    'a path that is no database': [(url) => url.replace('/0?', '/jobs?'), 'the path of Queue.Url is no number'],
  },
})

type Chosen = Partial<Pick<IntakeOptions, 'lockSeconds' | 'maxReceives'>>

async function setup(chosen: Chosen = {}) {
  const fixture = await fixtures.openQueue()
  const name = new URL(fixture.options.url).searchParams.get('queue') ?? ''
  const openAnother = async () => {
    const intake = await openIntake({ ...fixture.options, lockSeconds: 60, maxReceives: 12, ...chosen })
    onTestFinished(() => intake.close())
    return intake
  }
  return { fixture, openAnother, intake: await openAnother(), stream: `{${name}}`, redis: fixtures.redis }
}

test('a heartbeat is not counted as a receive', async () => {
  const { intake, openAnother } = await setup({ lockSeconds: 1 })
  await intake.send('{}', 0)
  const message = await next(intake)
  for (let beat = 0; beat < 5; beat++) await intake.heartbeat(message, 1)
  expect(await next(await openAnother())).toMatchObject({ receiveCount: 2 })
})

test('an acknowledged message is deleted from the stream', async () => {
  const { intake, redis, stream } = await setup()
  await intake.send('{}', 0)
  await intake.acknowledge(await next(intake))
  expect(await redis.xlen(stream)).toBe(0)
})

test('a message that nobody keeps is found behind a hundred that are kept', async () => {
  const { intake, openAnother } = await setup({ lockSeconds: 3 })
  for (let n = 0; n <= 100; n++) await intake.send(JSON.stringify({ n }), 0)
  const messages = await intake.receive(101, AbortSignal.timeout(120_000))
  expect(messages).toHaveLength(101)
  const beat = () => Promise.all(messages.slice(0, 100).map((message) => intake.heartbeat(message, 3)))
  const timer = setInterval(() => beat().catch(() => {}), 500)
  onTestFinished(() => clearInterval(timer))
  expect(await next(await openAnother())).toMatchObject({ body: '{"n":100}', receiveCount: 2 })
})

test('a worker that stops leaves its messages to others at once, and none is lost with its consumer', async () => {
  const { openAnother, redis, stream } = await setup()
  const stopping = await openAnother()
  await stopping.send('{"n":1}', 0)
  await next(stopping)
  await stopping.close()
  const other = await openAnother()
  const message = await next(other)
  expect(message).toMatchObject({ body: '{"n":1}', receiveCount: 2 })
  await other.acknowledge(message)
  await other.close()
  // The consumer that held a message when it stopped is removed later.
  expect(await redis.xinfo('CONSUMERS', stream, 'workers')).toHaveLength(1)
})

test('a worker that was too slow neither keeps, gives back nor deletes what another has', async () => {
  const { intake, openAnother, redis, stream } = await setup({ lockSeconds: 1 })
  await intake.send('{}', 0)
  const message = await next(intake)
  const rival = await openAnother()
  await next(rival)
  const lost = 'redis-streams: the worker has the message no longer'
  await expect(intake.heartbeat(message, 1)).rejects.toThrow(lost)
  await expect(intake.giveBack(message, 0)).rejects.toThrow(lost)
  await expect(intake.acknowledge(message)).rejects.toThrow(lost)
  expect(await redis.xlen(stream)).toBe(1)
})

test.each([
  ['that is no JSON', 'accessToken=x', { body: 'accessToken=x' }],
  ['with half of a character', '{"id":"1","body":"\\ud800"}', { body: '{"id":"1","body":"\\ud800"}' }],
  ['that is a list', '[]', { body: '[]' }],
  ['with more than text', '{"id":"1","body":"{}","group":null,"n":1764300000000}', { body: '{}', group: undefined }],
])('a delayed message %s holds up no other', async (_, member, wanted) => {
  const { intake, redis, stream } = await setup()
  await redis.zadd(`${stream}:delayed`, 1, member)
  await intake.send('{"after":1}', 1)
  const message = await next(intake)
  expect(message).toMatchObject(wanted)
  await intake.acknowledge(message)
  expect(await next(intake)).toMatchObject({ body: '{"after":1}' })
})

test('an entry without a body is delivered, so that it becomes a dead letter', async () => {
  const { intake, redis, stream } = await setup()
  await redis.xadd(stream, '*', 'other', '1')
  expect(await next(intake)).toMatchObject({ body: '', attributes: { other: '1' } })
})

test('a message that is taken as its receive is aborted goes to another worker, and that was no receive', async () => {
  const { intake, openAnother } = await setup()
  await intake.send('{"n":1}', 0, 'owner-7')
  const stop = new AbortController()
  const receiving = intake.receive(1, stop.signal)
  stop.abort()
  expect(await receiving).toEqual([])
  expect(await next(await openAnother())).toMatchObject({ body: '{"n":1}', group: 'owner-7', receiveCount: 1 })
})

test('no more dead letters are looked at than are sent back', async () => {
  const { intake } = await setup()
  const letter = (body: string) => intake.deadLetter({ body, reason: '', code: '', messageId: body })
  // A call reads a hundred.
  for (let n = 0; n < 100; n++) await letter('{}')
  await letter('{"note":"[redacted]"}')
  expect(await intake.redrive(100)).toEqual({ sent: 100, left: [] })
  expect(await intake.redrive(1)).toMatchObject({ sent: 0, left: [{ body: '{"note":"[redacted]"}' }] })
})

test('messages that came before the first worker are delivered', async () => {
  const { fixture, intake } = await setup()
  await fixture.sendAsOthers('{"n":1}', {})
  expect(await next(intake)).toMatchObject({ body: '{"n":1}' })
})

test('all keys of a queue lie on one node of a cluster', async () => {
  const { intake, redis, stream } = await setup()
  await intake.send('{}', 0)
  await intake.send('{}', 900)
  await intake.deadLetter({ body: '{}', reason: '', code: '', messageId: '' })
  const keys = (await redis.keys(`*${stream.slice(1, -1)}*`)).toSorted()
  expect(keys).toEqual([stream, `${stream}:dead`, `${stream}:delayed`])
})

test('calls wait for a server that restarts', async () => {
  const { intake } = await setup()
  let attempts = 0
  const count = () => attempts++
  fixtures.redis.on('reconnecting', count)
  onTestFinished(() => void fixtures.redis.off('reconnecting', count))
  await fixtures.server.stop('SIGKILL')
  // Until the worker knows as well: a call that is made before fails with its connection.
  await expect.poll(() => attempts).toBeGreaterThan(1)
  const calls = Promise.all([intake.send('{"n":1}', 0), intake.send('{"n":2}', 900)])
  // The client of the worker has tried as well, and in vain.
  await Promise.race([calls, expect.poll(() => attempts).toBeGreaterThan(10)])
  await fixtures.server.start()
  await calls
  expect(await intake.depth()).toMatchObject({ waiting: 1, delayed: 1 })
})

test('a server that does not answer is given up, and used again when it answers', async () => {
  const { intake } = await setup()
  await intake.send('{"n":1}', 0)
  fixtures.server.freeze()
  // A command, and a script.
  const failures = await Promise.all([0, 900].map((delay) => failureOf(intake.send('{"n":2}', delay))))
  fixtures.server.thaw()
  for (const { message } of failures) expect(message).toContain('redis-streams: the server at')
  expect(await next(intake)).toMatchObject({ body: '{"n":1}' })
})
