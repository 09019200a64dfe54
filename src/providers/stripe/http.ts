import type http from 'node:http'
import Stripe from 'stripe'
import { type Exchange, type ExchangeSettings, type HttpAnswer, openExchange } from '../../http/exchange.ts'

type SdkClient = InstanceType<typeof Stripe.HttpClient>

/**
 * The SDK's HTTP client, replaced by the worker's exchange. A broken connection is reported; the SDK's client would retry
 * it without passing the limiter.
 */
export class StripeHttp extends Stripe.HttpClient {
  readonly #exchange: Exchange

  constructor(settings: Omit<ExchangeSettings, 'provider'> = {}) {
    super()
    this.#exchange = openExchange({ provider: 'stripe', timeoutMs: settings.timeoutMs, resolve: settings.resolve })
  }

  override getClientName(): string {
    return 'billing-sync-worker'
  }

  override async makeRequest(
    ...[host, port, path, method, headers, body, protocol]: Parameters<SdkClient['makeRequest']>
  ): ReturnType<SdkClient['makeRequest']> {
    const insecure = protocol === 'http'
    return new Answer(
      await this.#exchange.send({ host, port, path, method, headers: asHeaders(headers), insecure, body }),
    )
  }

  close(): void {
    this.#exchange.close()
  }
}

class Answer extends Stripe.HttpClientResponse {
  readonly #answer: HttpAnswer

  constructor(answer: HttpAnswer) {
    super(answer.status, answer.headers)
    this.#answer = answer
  }

  /** The SDK returns this as `lastResponse`. */
  override getRawResponse(): { readonly statusCode: number } & Omit<HttpAnswer, 'status'> {
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

function asHeaders(headers: object): http.OutgoingHttpHeaders {
  return { ...headers }
}
