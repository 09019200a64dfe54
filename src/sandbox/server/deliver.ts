import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { HttpAnswer } from './answer.ts'

/** A failure on the way to the client, whatever the answer says. */
export type DeliveryFailure =
  /** Half the body: `early` promises all of it and destroys the connection, `clean` ends as if that were all. */
  | { readonly kind: 'truncated'; readonly close?: 'early' | 'clean' }
  | { readonly kind: 'slow-headers' | 'slow-body'; readonly ms: number }
  /** No answer until the client or the sandbox gives up. */
  | { readonly kind: 'hang' }
  /** A TCP reset instead of an answer. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'gzip' }
  /** The answer with a field `padding` of so many bytes. */
  | { readonly kind: 'huge'; readonly bytes: number }

const deliveryKinds = {
  truncated: true,
  'slow-headers': true,
  'slow-body': true,
  hang: true,
  reset: true,
  gzip: true,
  huge: true,
} satisfies Record<DeliveryFailure['kind'], true>

type Kind = { readonly kind: string } | undefined

export function isDeliveryFailure(failure: Kind): failure is DeliveryFailure {
  return failure !== undefined && Object.hasOwn(deliveryKinds, failure.kind)
}

/** Writes an answer, as it is or as a failure says. Returns once it is written or the connection is closed. */
export async function deliver(
  response: ServerResponse,
  answer: HttpAnswer,
  failure: DeliveryFailure | undefined,
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
      for (const part of parts(body, slowParts)) {
        await delay(failure.ms / slowParts, undefined, { signal })
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
      // Square's answer without items is an empty object, and one with another field is no list.
      if (body.length <= '{}'.length) break
      head(body.length + failure.bytes + ',"padding":""'.length)
      response.write(body.subarray(0, -1))
      response.write(',"padding":"')
      // `pipeline` waits for the client to read and stops when it disconnects.
      await pipeline(blocks(failure.bytes), response, { end: false, signal })
      response.end('"}')
      return
  }
  head(body.length).end(body)
}

const slowParts = 10

function* parts(body: Buffer, count: number) {
  const size = Math.ceil(body.length / count)
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size)
}

function* blocks(bytes: number) {
  const block = Buffer.alloc(65_536, 'x')
  for (let left = bytes; left > 0; left -= block.length) yield block.subarray(0, left)
}
