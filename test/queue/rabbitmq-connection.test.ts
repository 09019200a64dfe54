import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createConnection } from '../../src/queue/rabbitmq/connection.ts'
import { parseServerAddress } from '../../src/queue/server-address.ts'

/* How often a RabbitMQ that is away is tried. test/brokers has the tests on a server. */

const inWords = /^rabbitmq: the server at 127\.0\.0\.1:\d+ failed: /

/** A server that hangs up at once, and counts. */
async function setup() {
  let attempts = 0
  const server = createServer((socket) => {
    attempts++
    socket.destroy()
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const address = parseServerAddress(`amqp://127.0.0.1:${port}/`, 5672)
  return { connection: createConnection({ address, maxReceives: 12 }), attempts: () => attempts }
}

test('a call tries six times, half a second after each failure, and fails in words', async () => {
  const { connection, attempts } = await setup()
  const began = performance.now()
  await expect(connection.session()).rejects.toThrow(inWords)
  expect(attempts()).toBe(6)
  expect(performance.now() - began).toBeGreaterThan(2_400)
})

test('the first receive fails at once, and the next waits for the server until it is aborted', async () => {
  const { connection, attempts } = await setup()
  const stop = new AbortController()
  await expect(connection.sessionOfReceiver(stop.signal)).rejects.toThrow(inWords)
  expect(attempts()).toBe(1)
  const failure = expect(connection.sessionOfReceiver(stop.signal)).rejects.toThrow(inWords)
  await expect.poll(attempts).toBeGreaterThan(3)
  const before = attempts()
  stop.abort()
  await failure
  expect(attempts() - before).toBeLessThan(2)
})
