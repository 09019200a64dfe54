import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGzip, gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { stripe } from '../../src/providers/stripe/index.ts'

/*
 * Answers that would fill the memory or hold a connection for ever.
 */

const never = new AbortController().signal
const megabyte = 1024 * 1024

async function served(answer: (response: ServerResponse) => void, timeoutMs = 20_000) {
  const closed: boolean[] = []
  const server = createServer((_, response) => {
    response.on('close', () => closed.push(response.writableFinished))
    response.on('error', () => {})
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const apiBase = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const account = stripe({
    apiKey: 'sk_live_1',
    apiBase,
    perSecond: undefined,
    endpointPerSecond: undefined,
    timeoutMs,
  }).connect({
    tenantId: 'any',
    accessToken: 'sk_live_1',
  })
  onTestFinished(() => {
    account.close()
    server.closeAllConnections()
    server.close()
  })
  const customers = account.sources.find(({ name }) => name === 'customers')
  return {
    list: () => customers!.list({ window: { from: 0, to: null }, cursor: null, limit: 100 }, never),
    /** Whether each answer was sent to its end. */
    closed,
  }
}

/** A page of so many bytes. */
const page = (bytes: number) => {
  const [head, tail] = ['{"object":"list","has_more":false,"data":[{"id":"cus_1","created":1,"description":"', '"}]}']
  return Buffer.from(head + 'x'.repeat(bytes - head.length - tail.length) + tail)
}

/** Writes a chunk again and again until the other side hangs up. */
function pour(response: ServerResponse, chunk: Buffer, through: NodeJS.WritableStream = response): void {
  const more = () => {
    while (!response.destroyed && through.write(chunk));
    if (!response.destroyed) through.once('drain', more)
  }
  more()
}

const unreachable = { name: 'SyncError', verdict: 'retry', code: 'provider_unreachable' }
const tooLarge = { verdict: 'reject', code: 'answer_too_large', scope: 'page' }

describe('a page of 16 MB is read', () => {
  const large = page(16_000_000)
  const ways: Record<string, (response: ServerResponse) => void> = {
    'with its length': (response) => response.setHeader('content-length', large.length).end(large),
    'without a length': (response) => {
      response.write(large.subarray(0, 1_000))
      response.end(large.subarray(1_000))
    },
    compressed: (response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(large)),
  }
  test.each(Object.entries(ways))('%s', async (_, answer) => {
    const { list } = await served(answer)
    const { items } = await list()
    expect(items).toHaveLength(1)
  })
})

describe('an answer is given up', () => {
  const zeros = Buffer.alloc(megabyte)
  const large: Record<string, (response: ServerResponse) => void> = {
    'that says it is too large, before any of it': (response) => {
      response.setHeader('content-length', 33 * megabyte)
      response.flushHeaders()
    },
    'that never ends and says no length': (response) => pour(response, zeros),
    'that says a small length and unpacks to no end': (response) => {
      response.setHeader('content-encoding', 'gzip')
      const gzip = createGzip({ level: 1 })
      gzip.pipe(response)
      response.on('close', () => gzip.destroy())
      pour(response, zeros, gzip)
    },
    'that is a bomb of 1 GB in 1 MB': (response) => {
      // Members of a gzip file follow each other: 16 of 64 MB each.
      bomb ??= Buffer.concat(Array(16).fill(gzipSync(Buffer.alloc(64 * megabyte))))
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length }).end(bomb)
    },
  }
  const broken: Record<string, (response: ServerResponse) => void> = {
    'whose compression is broken': (response) => {
      response.setHeader('content-encoding', 'gzip').end('{"object":"list","data":[],"has_more":false}')
    },
    'whose headers are too many': (response) => {
      for (let n = 0; n < 200; n++) response.setHeader(`x-${n}`, 'x'.repeat(200))
      response.end('{}')
    },
  }
  let bomb: Buffer | undefined
  const all = [
    ...Object.entries(large).map(([title, answer]) => [title, answer, tooLarge] as const),
    ...Object.entries(broken).map(([title, answer]) => [title, answer, unreachable] as const),
  ]
  it.each(all)('%s', async (_, answer, error) => {
    const { list } = await served(answer)
    const before = process.memoryUsage.rss()
    await expect(list()).rejects.toMatchObject(error)
    expect(process.memoryUsage.rss() - before).toBeLessThan(300 * megabyte)
  })

  it('that is none, but says that it speaks another protocol from now on', async () => {
    const { list } = await served((response) => {
      response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    })
    await expect(list()).rejects.toMatchObject(unreachable)
  }, 30_000)

  it('that drips byte by byte, when its time is over', async () => {
    const { list, closed } = await served((response) => {
      const timer = setInterval(() => response.write('{'), 20)
      response.on('close', () => clearInterval(timer))
    }, 500)
    await expect(list()).rejects.toMatchObject(unreachable)
    await expect.poll(() => closed).toEqual([false])
  })

  it('that is packed in a way not asked for, as one that cannot be read', async () => {
    const { list } = await served((response) => response.setHeader('content-encoding', 'br').end(gzipSync(page(1_000))))
    await expect(list()).rejects.toMatchObject({ verdict: 'retry', code: 'provider_response' })
  })
})

describe('Retry-After', () => {
  const date = 'Wed, 25 Nov 2026 00:00:00 GMT'
  /** What the header says, and the milliseconds made of it; the queue waits a quarter of an hour at most. */
  const table: readonly (readonly [header: string, ms: number | undefined])[] = [
    ['0', 0],
    ['7', 7_000],
    ['1.5', 1_500],
    ['-5', 0],
    ['86400000', 86_400_000_000],
    ['9'.repeat(400), Number.POSITIVE_INFINITY],
    ['Wed, 25 Nov 2026 00:00:10 GMT', 10_000],
    ['Tue, 24 Nov 2026 00:00:00 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', Date.UTC(9999, 11, 31, 23, 59, 59) - Date.parse(date)],
    ['soon', undefined],
    ['', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['7; DROP TABLE', undefined],
  ]
  test.each(table)('%s is %s ms', async (header, ms) => {
    const { list } = await served((response) => {
      response
        .writeHead(429, { 'retry-after': header, date })
        .end('{"error":{"type":"invalid_request_error","code":"rate_limit"}}')
    })
    const error = await list().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SyncError)
    expect(error).toMatchObject({ code: 'rate_limited', retryAfter: ms })
  })
})
