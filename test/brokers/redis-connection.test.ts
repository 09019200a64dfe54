import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Connection, openConnection } from '../../src/queue/redis-streams/connection.ts'
import { parseServerAddress } from '../../src/queue/server-address.ts'
import { type RedisServer, startRedis } from './redis-server.ts'

/* How long calls wait for a Redis that is away, and for an entry. */

let server: RedisServer
let redis: Redis
let attempts = 0
beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url, { retryStrategy: () => 50 })
  redis.on('error', () => {})
  // While the server is away there is one each 50 ms: a clock that runs no faster than that of the worker.
  redis.on('reconnecting', () => attempts++)
})
afterAll(async () => {
  redis?.disconnect()
  await server?.remove()
})

const inWords = /^redis-streams: the server at 127\.0\.0\.1:\d+ failed: /
const open = async (url = server.url): Promise<Connection> => {
  const connection = await openConnection(parseServerAddress(url, 6379))
  onTestFinished(() => connection.close())
  return connection
}
/** How many attempts there are until this ends. */
const attemptsUntil = async (end: Promise<unknown>) => {
  const before = attempts
  await end
  return attempts - before
}
const receive = (connection: Connection, signal = new AbortController().signal) =>
  connection.runForReceiver('return 7', [], [], signal)

/** Until its clients know: to one that does not, a call is made at once, and fails with its connection. */
async function kill() {
  const before = attempts
  await server.stop('SIGKILL')
  await expect.poll(() => attempts - before).toBeGreaterThan(1)
}

/** The server is away until the test ends, or `start` is called. */
async function stopServer() {
  await kill()
  let isAway = true
  const start = async () => {
    if (isAway) await server.start()
    isAway = false
  }
  onTestFinished(start)
  return { start }
}

test('the first call of a receiver fails at once, and the next waits until the server is back', async () => {
  const connection = await open()
  const { start } = await stopServer()
  const first = await attemptsUntil(expect(receive(connection)).rejects.toThrow(inWords))
  expect(first).toBeLessThan(40)
  const before = attempts
  const second = expect(receive(connection)).resolves.toBe(7)
  await expect.poll(() => attempts - before).toBeGreaterThan(80)
  await start()
  await second
  await kill()
  const third = await attemptsUntil(expect(receive(connection)).rejects.toThrow(inWords))
  await server.start()
  expect(third).toBeLessThan(40)
})

test('a receiver that waits for a server ends when it is aborted', async () => {
  const connection = await open()
  await stopServer()
  await expect(receive(connection)).rejects.toThrow(inWords)
  const stop = new AbortController()
  const failure = expect(receive(connection, stop.signal)).rejects.toThrow(inWords)
  stop.abort()
  expect(await attemptsUntil(failure)).toBeLessThan(40)
})

test('a call whose server dies before its answer fails at once, and says that the connection was lost', async () => {
  const connection = await open()
  const call = expect(connection.call('BLPOP', 'nothing', '0')).rejects.toThrow(
    /^redis-streams: .* the connection was lost/,
  )
  await stopServer()
  await call
})

test('a call waits for a server that restarts, and fails in words after three seconds', async () => {
  const connection = await open()
  const { start } = await stopServer()
  const calls = [connection.call('ECHO', 'here'), connection.run('return 7', [], [])]
  const failures = calls.map((call) => expect(call).rejects.toThrow(/ECONNREFUSED/))
  const waited = await attemptsUntil(Promise.all(failures))
  expect(waited).toBeGreaterThan(20)
  const before = attempts
  const answers = Promise.all([connection.call('ECHO', 'here'), connection.run('return 7', [], [])])
  const settled = expect(answers).resolves.toEqual(['here', 7])
  await expect.poll(() => attempts - before).toBeGreaterThan(10)
  await start()
  await settled
})

test('a connection that is closed waits for nothing', async () => {
  const connection = await open()
  connection.close()
  await stopServer()
  const failure = expect(connection.call('ECHO', 'here')).rejects.toThrow(inWords)
  expect(await attemptsUntil(failure)).toBeLessThan(20)
})

test('a server that is away is not opened', async () => {
  await stopServer()
  await expect(open()).rejects.toThrow(/ECONNREFUSED/)
})

test('a call that the server refuses fails in words', async () => {
  const connection = await open()
  await redis.set('text', 'no stream')
  const { signal } = new AbortController()
  const calls = [
    connection.call('NOSUCH'),
    connection.run('return redis.call("NOSUCH")', [], []),
    connection.entryBehind('0', 'text', 1_000, signal),
  ]
  await Promise.all(calls.map((call) => expect(call).rejects.toThrow(inWords)))
})

test('it waits for an entry as long as it is told, until there is one, and until it is aborted', async () => {
  const connection = await open()
  const stop = new AbortController()
  const began = performance.now()
  await connection.entryBehind('0', 'entries', 300, stop.signal)
  expect(performance.now() - began).toBeGreaterThan(250)
  const arrival = connection.entryBehind('0', 'entries', 170_000, stop.signal)
  await redis.xadd('entries', '*', 'body', '{}')
  await arrival
  const waiting = connection.entryBehind('$', 'entries', 170_000, stop.signal)
  stop.abort()
  await waiting
})

test('to wait for an entry of a server that is away fails in words', async () => {
  const connection = await open()
  await stopServer()
  const { signal } = new AbortController()
  await expect(connection.entryBehind('0', 'entries', 300, signal)).rejects.toThrow(/ECONNREFUSED/)
})

test('a worker has a second connection only once it waits for entries', async () => {
  const connection = await open()
  const names = async () => String(await redis.client('LIST')).match(/name=billing-sync/g)?.length
  expect(await names()).toBe(1)
  await connection.entryBehind('0', 'others', 1, new AbortController().signal)
  expect(await names()).toBe(2)
})

test('an address names its user, its password and its database', async () => {
  await redis.call('ACL', 'SETUSER', 'plain', 'on', '>word', '~*', '+@all')
  const connection = await open(server.url.replace(/\/\/.*@/, '//plain:word@').replace(/\/\d*$/, '/3'))
  expect(await connection.call('ACL', 'WHOAMI')).toBe('plain')
  expect(String(await connection.call('CLIENT', 'INFO'))).toContain(' db=3 ')
})
