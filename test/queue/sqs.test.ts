import { createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openSqs } from '../../src/queue/sqs.ts'

/** A network that takes a connection and then falls silent. */
async function silence() {
  const sockets = new Set<Socket>()
  let asked = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => asked++)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return { endpoint: `http://127.0.0.1:${port}`, asked: () => asked }
}

const calls = {
  send: (queue) => queue.send('{}', 0),
  hide: (queue) => queue.hide('handle', 30),
  bury: (queue) => queue.bury({ body: '{}', reason: 'no', code: 'no', messageId: '1' }),
} satisfies Record<string, (queue: ReturnType<typeof openSqs>) => Promise<void>>

test.each(Object.entries(calls))('%s gives up on a network that falls silent, after three tries', async (_, call) => {
  const { endpoint, asked } = await silence()
  const url = `${endpoint}/000000000000/billing-sync`
  const settings = { url, deadLetterUrl: `${url}-dead-letters`, endpoint, region: 'eu-central-1' }
  const queue = openSqs(settings, { connectionTimeout: 200, requestTimeout: 200 })
  const began = performance.now()
  await expect(call(queue)).rejects.toMatchObject({ name: 'TimeoutError' })
  expect(performance.now() - began).toBeLessThan(5_000)
  expect(asked()).toBe(3)
})
