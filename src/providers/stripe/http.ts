import http from 'node:http'
import https from 'node:https'
import Stripe from 'stripe'

type SdkClient = InstanceType<typeof Stripe.HttpClient>

/** From the request's first byte to the answer's last, however slowly it drips. */
const totalTimeoutMs = 60_000
const largestBody = 64 * 1024 * 1024
const socketsAtMost = 64

/**
 * The SDK's way to the network, ours: connections are kept alive and belong to this account alone, an answer has a
 * deadline and a size limit as a whole, redirects are not followed (they would take the key along), and a connection
 * that breaks is reported instead of tried again behind the limiter's back, as the SDK's own client has it.
 */
export class StripeHttp extends Stripe.HttpClient {
  readonly #agents = {
    http: new http.Agent({ keepAlive: true, maxSockets: socketsAtMost }),
    https: new https.Agent({ keepAlive: true, maxSockets: socketsAtMost }),
  }

  override getClientName(): string {
    return 'billing-sync-worker'
  }

  override makeRequest(
    ...[host, port, path, method, headers, body, protocol]: Parameters<SdkClient['makeRequest']>
  ): ReturnType<SdkClient['makeRequest']> {
    const insecure = protocol === 'http'
    const options = {
      host,
      port,
      path,
      method,
      headers: asHeaders(headers),
      agent: this.#agents[insecure ? 'http' : 'https'],
    }
    return exchange((insecure ? http : https).request(options), body).then((answer) => new Answer(answer))
  }

  close(): void {
    this.#agents.http.destroy()
    this.#agents.https.destroy()
  }
}

interface Exchanged {
  readonly status: number
  readonly headers: Record<string, string>
  readonly text: string
}

class Answer extends Stripe.HttpClientResponse {
  readonly #answer: Exchanged

  constructor(answer: Exchanged) {
    super(answer.status, answer.headers)
    this.#answer = answer
  }

  /** The SDK hangs this on what it returns as `lastResponse`. */
  override getRawResponse(): unknown {
    return { statusCode: this.#answer.status, headers: this.#answer.headers }
  }

  override async toJSON(): Promise<unknown> {
    const value: unknown = JSON.parse(this.#answer.text)
    if (typeof value !== 'object' || value === null) throw new SyntaxError('not an object')
    return value
  }
}

function exchange(request: http.ClientRequest, body: string): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      reject(new Error(reason))
      request.destroy()
    }
    const timer = setTimeout(() => fail('no complete answer in time'), totalTimeoutMs)
    request.on('close', () => clearTimeout(timer))
    // A plain Error: the SDK would try one with the code ECONNRESET again at once.
    request.on('error', (error) => reject(new Error('the connection failed', { cause: error })))
    request.on('response', (response) => {
      const status = response.statusCode ?? 0
      if (status >= 300 && status < 400) return fail('the answer is a redirect, which is not followed')
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > largestBody) fail(`the answer has more than ${largestBody} bytes`)
        else chunks.push(chunk)
      })
      response.on('error', (error) => reject(new Error('the connection failed', { cause: error })))
      response.on('close', () => {
        if (!response.complete) return fail('the answer ended early')
        resolve({ status, headers: plainHeaders(response.headers), text: Buffer.concat(chunks).toString('utf8') })
      })
    })
    request.end(body)
  })
}

function asHeaders(headers: object): http.OutgoingHttpHeaders {
  return { ...headers }
}

function plainHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}
