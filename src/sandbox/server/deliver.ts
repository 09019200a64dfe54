import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Answer } from '../stripe/answer.ts'
import type { Failure } from '../stripe/failure.ts'

/** Writes an answer, well or as a failure says. Returns when everything is written or the connection is gone. */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  failure: Failure | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { status, headers } = answer
  const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(answer.body)
  const head = (length: number, more = {}) =>
    response.writeHead(status, { ...headers, 'Content-Length': length, ...more })

  switch (failure?.kind) {
    case 'hang':
      return
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case 'slow-headers':
      await delay(failure.ms, undefined, { signal })
      break
    case 'slow-body':
      head(body.length)
      response.flushHeaders()
      for (const part of parts(body, drips)) {
        await delay(failure.ms / drips, undefined, { signal })
        response.write(part)
      }
      response.end()
      return
    case 'truncated': {
      const half = body.subarray(0, body.length >> 1)
      if (failure.close === 'clean') head(half.length).end(half)
      else head(body.length).write(half, () => response.destroy())
      return
    }
    case 'gzip': {
      const packed = gzipSync(body)
      head(packed.length, { 'Content-Encoding': 'gzip' }).end(packed)
      return
    }
    case 'huge':
      head(body.length + failure.bytes + ',"padding":""'.length)
      response.write(body.subarray(0, -1))
      response.write(',"padding":"')
      // No faster than the client reads, and no more than it wants.
      await pipeline(blocks(failure.bytes), response, { end: false, signal })
      response.end('"}')
      return
  }
  head(body.length).end(body)
}

const drips = 10

function* parts(body: Buffer, count: number) {
  const size = Math.ceil(body.length / count)
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size)
}

function* blocks(bytes: number) {
  const block = Buffer.alloc(65_536, 'x')
  for (let left = bytes; left > 0; left -= block.length) yield block.subarray(0, left)
}
