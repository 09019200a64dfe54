import http from 'node:http'
import https from 'node:https'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import Stripe from 'stripe'
import { answerTooLarge, SyncError } from '../../errors.ts'
import { checkHost, pinned, type Resolve } from '../../http/pinned.ts'

type SdkClient = InstanceType<typeof Stripe.HttpClient>

/** From the request's first byte to the answer's last, however slowly it drips. */
const defaultTimeoutMs = 60_000
/** Unpacked. A page of 100 large invoices has a few MB; of more, fewer items are asked for. */
const largestBody = 32 * 1024 * 1024
const socketsAtMost = 64

interface HttpSettings {
  readonly timeoutMs?: number | undefined
  /** See `pinned`. */
  readonly resolve?: Resolve | undefined
}

/**
 * The SDK's way to the network, ours: connections are kept alive and belong to this account alone, an answer has a
 * deadline and a size limit as a whole, the host is resolved once and must be a public one, redirects are not followed
 * (they would take the key along), and a connection
 * that breaks is reported instead of tried again behind the limiter's back, as the SDK's own client has it.
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

interface Exchanged {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Buffer
}

class Answer extends Stripe.HttpClientResponse {
  readonly #answer: Exchanged

  constructor(answer: Exchanged) {
    super(answer.status, answer.headers)
    this.#answer = answer
  }

  /** The SDK hangs this on what it returns as `lastResponse`. */
  override getRawResponse(): { readonly statusCode: number } & Omit<Exchanged, 'status'> {
    const { status, headers, body } = this.#answer
    return { statusCode: status, headers, body }
  }

  /** What is wanted of an answer that is no error is in its bytes. */
  override async toJSON(): Promise<unknown> {
    if (this.#answer.status < 400) return {}
    const value: unknown = JSON.parse(this.#answer.body.toString('utf8'))
    if (typeof value !== 'object' || value === null) throw new SyntaxError('not an object')
    return value
  }
}

interface Asked {
  readonly body: string
  readonly timeoutMs: number
}

function exchange(request: http.ClientRequest, { body, timeoutMs }: Asked): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    // A plain Error: the SDK would try one with the code ECONNRESET again at once.
    const fail = (cause: unknown) => {
      reject(cause instanceof SyncError ? cause : new Error('the connection failed', { cause }))
      request.destroy()
    }
    const timer = setTimeout(() => fail(new Error('no complete answer in time')), timeoutMs)
    let answered = false
    request.on('close', () => {
      clearTimeout(timer)
      // Node tells nothing else of a 101, which is no answer to what was asked.
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

async function readAnswer(response: http.IncomingMessage): Promise<Exchanged> {
  const status = response.statusCode ?? 0
  if (status >= 300 && status < 400) throw new Error('the answer is a redirect, which is not followed')
  const tooLarge = () =>
    new SyncError('retry', answerTooLarge, `stripe: an answer has more than ${largestBody / 1024 ** 2} MiB`)
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

/** Compression is not asked for; a proxy on the way may bring it all the same. */
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
