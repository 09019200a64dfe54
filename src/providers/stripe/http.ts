import http from 'node:http'
import https from 'node:https'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import Stripe from 'stripe'
import { answerTooLarge, SyncError } from '../../errors.ts'
import { checkHost, pinned, type Resolve } from '../../http/pinned.ts'

type SdkClient = InstanceType<typeof Stripe.HttpClient>

/** The time from the request's first byte to the answer's last. */
const defaultTimeoutMs = 60_000
/**
 * Bytes after decompression. A page of 100 large invoices has a few MB. After a larger answer, pages get fewer items.
 */
const largestBody = 32 * 1024 * 1024
const socketsAtMost = 64

interface HttpSettings {
  readonly timeoutMs?: number | undefined
  /** See `pinned`. */
  readonly resolve?: Resolve | undefined
}

/**
 * The SDK's HTTP client, replaced. Connections are kept alive and belong to one account. A whole answer has a deadline
 * and a size limit. The host is resolved once and must be public. Redirects are not followed, because they would carry
 * the key. A broken connection is reported; the SDK's client would retry it without passing the limiter.
 */
export class StripeHttp extends Stripe.HttpClient {
  readonly #timeoutMs: number
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent }

  constructor({ timeoutMs = defaultTimeoutMs, resolve }: HttpSettings = {}) {
    super()
    this.#timeoutMs = timeoutMs
    const options = { keepAlive: true, maxSockets: socketsAtMost, lookup: pinned(resolve) }
    this.#agents = { http: new http.Agent(options), https: new https.Agent(options) }
  }

  override getClientName(): string {
    return 'billing-sync-worker'
  }

  override async makeRequest(
    ...[host, port, path, method, headers, body, protocol]: Parameters<SdkClient['makeRequest']>
  ): ReturnType<SdkClient['makeRequest']> {
    checkHost(host)
    const insecure = protocol === 'http'
    const options = {
      host,
      port,
      path,
      method,
      headers: asHeaders(headers),
      agent: this.#agents[insecure ? 'http' : 'https'],
    }
    const request = (insecure ? http : https).request(options)
    return new Answer(await exchange(request, { body, timeoutMs: this.#timeoutMs }))
  }

  close(): void {
    this.#agents.http.destroy()
    this.#agents.https.destroy()
  }
}

interface RawAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Buffer
}

class Answer extends Stripe.HttpClientResponse {
  readonly #answer: RawAnswer

  constructor(answer: RawAnswer) {
    super(answer.status, answer.headers)
    this.#answer = answer
  }

  /** The SDK returns this as `lastResponse`. */
  override getRawResponse(): { readonly statusCode: number } & Omit<RawAnswer, 'status'> {
    const { status, headers, body } = this.#answer
    return { statusCode: status, headers, body }
  }

  /** Parses errors only. The worker reads other answers from their bytes. */
  override async toJSON(): Promise<unknown> {
    if (this.#answer.status < 400) return {}
    const value: unknown = JSON.parse(this.#answer.body.toString('utf8'))
    if (typeof value !== 'object' || value === null) throw new SyntaxError('not an object')
    return value
  }
}

interface RequestOptions {
  readonly body: string
  readonly timeoutMs: number
}

function exchange(request: http.ClientRequest, { body, timeoutMs }: RequestOptions): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    // A plain Error, because the SDK retries an error with the code ECONNRESET at once.
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
      readAnswer(response).then(resolve, fail)
    })
    request.end(body)
  })
}

async function readAnswer(response: http.IncomingMessage): Promise<RawAnswer> {
  const status = response.statusCode ?? 0
  if (status >= 300 && status < 400) throw new Error('the answer is a redirect, which is not followed')
  const tooLarge = () =>
    new SyncError(
      'reject',
      answerTooLarge,
      `stripe: an answer has more than ${largestBody / 1024 ** 2} MiB, which is more than the worker reads. Report a bug with the name of the resource.`,
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

function asHeaders(headers: object): http.OutgoingHttpHeaders {
  return { ...headers }
}

function plainHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}
