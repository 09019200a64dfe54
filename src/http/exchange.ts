import http from 'node:http'
import https from 'node:https'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { answerTooLarge, SyncError, unreachedHost } from '../errors.ts'
import { checkHost, pinned, type Resolve } from './pinned.ts'

/** The time from the request's first byte to the answer's last. */
const defaultTimeoutMs = 60_000
/** Bytes after decompression. A page of 100 large objects has a few MB. After a larger answer, pages get fewer items. */
const largestBody = 32 * 1024 * 1024
const socketsAtMost = 64

export interface ExchangeSettings {
  /** The provider's name, for error messages. */
  readonly provider: string
  /** Milliseconds for a whole answer; 60,000 if absent. */
  readonly timeoutMs?: number | undefined
  /** See `pinned`. */
  readonly resolve?: Resolve | undefined
}

export interface HttpRequest {
  readonly host: string
  readonly port: string | number
  readonly path: string
  readonly method: string
  readonly headers: http.OutgoingHttpHeaders
  readonly insecure: boolean
  readonly body?: string | undefined
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** The connections of one account. */
export interface Exchange {
  /**
   * Sends a request once and returns the whole answer, whatever its status.
   * @throws SyncError `answer_too_large`, `host_refused`; Error if there is no complete answer
   */
  send(request: HttpRequest): Promise<HttpAnswer>
  close(): void
}

/**
 * Opens connections that are kept alive and belong to one account. A whole answer has a deadline and a size limit. The host
 * is resolved once and must be public. Redirects are not followed, because they would carry the key.
 */
export function openExchange({ provider, timeoutMs = defaultTimeoutMs, resolve }: ExchangeSettings): Exchange {
  const options = { keepAlive: true, maxSockets: socketsAtMost, lookup: pinned(resolve) }
  const agents = { http: new http.Agent(options), https: new https.Agent(options) }
  return {
    async send({ insecure, body, ...request }) {
      checkHost(request.host)
      const agent = agents[insecure ? 'http' : 'https']
      const sent = (insecure ? http : https).request({ ...request, agent })
      return await answerOf(sent, { body, timeoutMs, provider })
    },
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

/** The system's code of a broken connection, in the error or in its cause: `ENOTFOUND`, `ECONNRESET`. */
export function causeCode(error: unknown): unknown {
  const cause = error instanceof Error ? (error.cause ?? error) : undefined
  return cause instanceof Error && 'code' in cause ? cause.code : undefined
}

/** What became of a request that had no complete answer. */
export function unanswered(error: unknown): string {
  const host = unreachedHost(error)
  return host === undefined ? 'the connection ended before a complete answer' : `the worker cannot reach ${host}`
}

/** The error of a request that had no complete answer. */
export function unreachable(provider: string, error: unknown): SyncError {
  const code = causeCode(error)
  const cause = typeof code === 'string' && /^[A-Z_]{2,40}$/.test(code) ? ` (${code})` : ''
  return new SyncError(
    'retry',
    'provider_unreachable',
    `${provider}: ${unanswered(error)}${cause}. If it goes on, check the network of the worker.`,
    { scope: 'provider', cause: error },
  )
}

interface AnswerOptions {
  readonly body: string | undefined
  readonly timeoutMs: number
  readonly provider: string
}

function answerOf(request: http.ClientRequest, { body, timeoutMs, provider }: AnswerOptions): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    // A plain Error, because Stripe's SDK retries an error with the code ECONNRESET at once.
    const fail = (cause: unknown) => {
      reject(cause instanceof SyncError ? cause : new Error('the connection failed', { cause }))
      request.destroy()
    }
    const timer = setTimeout(
      () => fail(Object.assign(new Error('no complete answer in time'), { code: 'ETIMEDOUT' })),
      timeoutMs,
    )
    let answered = false
    request.on('close', () => {
      clearTimeout(timer)
      // For a 101 Node emits only `close`; the request has no answer then.
      if (!answered) fail(new Error('the connection was closed without an answer'))
    })
    request.on('error', fail)
    request.on('response', (response) => {
      answered = true
      readAnswer(response, provider).then(resolve, fail)
    })
    request.end(body)
  })
}

async function readAnswer(response: http.IncomingMessage, provider: string): Promise<HttpAnswer> {
  const status = response.statusCode ?? 0
  if (status >= 300 && status < 400) throw new Error('the answer is a redirect, which is not followed')
  const tooLarge = () =>
    new SyncError(
      'reject',
      answerTooLarge,
      `${provider}: an answer has more than ${largestBody / 1024 ** 2} MiB, which is more than the worker reads. Report a bug with the name of the resource.`,
      { scope: 'page' },
    )
  if (Number(response.headers['content-length']) > largestBody) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of unpacked(response)) {
    size += chunk.length
    if (size > largestBody) throw tooLarge()
    chunks.push(chunk)
  }
  return { status, headers: plainHeaders(response.headers), body: Buffer.concat(chunks) }
}

/** The worker does not request compression, but a proxy may compress all the same. */
function unpacked(response: http.IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response
  return pipeline(response, createGunzip(), () => {})
}

function plainHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}
