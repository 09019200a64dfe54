import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { openExchange, unreachable } from '../../src/http/exchange.ts'

const text = JSON.stringify({ data: Array.from({ length: 20_000 }, (_, at) => ({ id: `cus_${at}` })) })

/** What the exchange makes of an answer. */
async function receive(answer: (response: ServerResponse) => void) {
  const server = createServer((_, response) => answer(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const exchange = openExchange({ provider: 'stripe', timeoutMs: 5_000 })
  onTestFinished(() => {
    exchange.close()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return await exchange.send({ host: '127.0.0.1', port, path: '/', method: 'GET', headers: {}, insecure: true })
}

const answers: Record<string, (response: ServerResponse) => void> = {
  'of its declared length': (response) => {
    response.writeHead(200, { 'content-length': Buffer.byteLength(text) })
    response.end(text)
  },
  'of its declared length, in pieces': (response) => {
    response.writeHead(200, { 'content-length': Buffer.byteLength(text) })
    response.write(text.slice(0, 1))
    setImmediate(() => response.end(text.slice(1)))
  },
  'of no declared length': (response) => {
    response.write(text.slice(0, 70_000))
    response.end(text.slice(70_000))
  },
  'that is compressed, so that its declared length is another': (response) => {
    const packed = gzipSync(text)
    response.writeHead(200, { 'content-length': packed.length, 'content-encoding': 'gzip' })
    response.end(packed)
  },
}

test.each(Object.entries(answers))('the body of an answer %s is what was sent', async (_, answer) => {
  expect((await receive(answer)).body.equals(Buffer.from(text))).toBe(true)
})

test('an answer without a body is empty', async () => {
  expect((await receive((response) => response.writeHead(204).end())).body).toHaveLength(0)
})

test('an answer that ends before its declared length is no answer', async () => {
  const cutShort = receive((response) => {
    response.writeHead(200, { 'content-length': 10 })
    response.write('12345')
    setImmediate(() => response.destroy())
  })
  await expect(cutShort).rejects.toThrow()
})

test.each([
  [
    'was not found',
    { code: 'ENOTFOUND', hostname: 'api.example.com' },
    'the worker cannot reach api.example.com (ENOTFOUND).',
  ],
  [
    'refuses',
    { code: 'ECONNREFUSED', address: '10.0.0.7', port: 443 },
    'the worker cannot reach 10.0.0.7:443 (ECONNREFUSED).',
  ],
  ['hangs up', { code: 'ECONNRESET' }, 'the connection ended before a complete answer (ECONNRESET).'],
])('the error of a host that %s says so', (_, fields, sentence) => {
  const cause = Object.assign(new Error('connect'), fields)
  const { message } = unreachable('paypal', new Error('the connection failed', { cause }))
  expect(message).toBe(`paypal: ${sentence} If it goes on, check the network of the worker.`)
})
