import { createHmac } from 'node:crypto'
import Stripe from 'stripe'
import { SyncError } from '../../errors.ts'
import { hostOf } from '../../http/base-url.ts'
import type { Resolve } from '../../http/pinned.ts'
import { sentenceOf } from '../../http/sentence.ts'
import { inMode, type Mode } from '../../provider/account-name.ts'
import type { Credentials } from '../../provider/contract.ts'
import { fields } from '../../provider/fields.ts'
import { type JsonAnswer, openAnswer } from '../../provider/item.ts'
import { readAccess } from './credentials.ts'
import { StripeHttp } from './http.ts'

/** The API version whose shapes the rows are mapped from. */
export const apiVersion = '2026-10-28.endive'

/** The part of the configuration that Stripe needs. */
export interface StripeSettings {
  readonly apiKey: string | undefined
  /** The tenant that may use `apiKey` without a token. For other tenants it is the platform's key. */
  readonly apiKeyTenant?: string | undefined
  /** Replaces https://api.stripe.com. */
  readonly apiBase: string | undefined
  readonly perSecond: number | undefined
  readonly endpointPerSecond: number | undefined
  /** Milliseconds for a whole answer; 60,000 if absent. */
  readonly timeoutMs?: number
  /** Resolves host names; the system's resolver if absent. */
  readonly resolve?: Resolve
}

/** Requests a second for one account; docs.stripe.com/rate-limits. */
const accountPerSecond = { live: 100, test: 25 } as const

/** An answer's JSON, and its date by Stripe's clock. Reading throws a SyncError if the answer is no JSON. */
export interface StripeAnswer {
  readonly json: JsonAnswer
  readonly date: Date
}

/** Requests for reading in 30 days, of an account without payments; with them 500 a payment. docs.stripe.com/rate-limits */
const monthlyReads = 10_000

export interface StripeConnection {
  /** The connected account and its mode, see Identity.account; null for the key's own account. */
  readonly id: string | null
  readonly mode: Mode
  /** Where the key comes from, for error messages. */
  readonly keyName: string
  /** Whether the key is a restricted one, which may not ask for everything. */
  readonly isRestricted: boolean
  /** See Account.credential. */
  readonly credential: string
  readonly perSecond: number
  readonly monthlyReads?: number
  /** Stripe's own sentence about a refusal, without what looks secret; null if there is none. */
  quote(message: unknown): string | null
  /** Sends a GET request. */
  get(path: string): Promise<StripeAnswer>
  close(): void
}

/** Opens no connection to the network yet. @throws SyncError with verdict `reject` for unusable credentials */
export function openStripe(credentials: Credentials, settings: StripeSettings): StripeConnection {
  const { apiKey, keyName, account, header, mode } = readAccess(credentials, settings)
  const httpClient = new StripeHttp(settings)
  // Only rawRequest, because the bundle omits the typed methods (scripts/build/omitted.ts).
  const stripe: Pick<Stripe, 'rawRequest'> = new Stripe(apiKey, {
    apiVersion,
    httpClient,
    maxNetworkRetries: 0,
    telemetry: false,
    ...baseAddress(settings.apiBase),
    ...(account ? { [header]: account } : {}),
  })
  return {
    id: account ? inMode(account, mode) : null,
    mode,
    keyName,
    isRestricted: apiKey.startsWith('rk') || apiKey.startsWith('sk_org'),
    credential: createHmac('sha256', credentials.tenantId).update(apiKey).digest('hex'),
    perSecond: settings.perSecond ?? accountPerSecond[mode],
    monthlyReads,
    quote: (message) => sentenceOf(message, apiKey),
    async get(path) {
      // rawRequest, not list(): the typed methods turn decimals into objects, and items are stored as they were sent.
      const { lastResponse } = fields(await stripe.rawRequest('GET', path))
      const { headers, body: bytes } = fields(lastResponse)
      const date = new Date(String(fields(headers).date))
      if (Number.isNaN(date.getTime())) throw unusable('has no Date header')
      if (!Buffer.isBuffer(bytes)) throw unusable('has no body')
      return { json: openAnswer(bytes, () => unusable('is not JSON')), date }
    },
    close: () => httpClient.close(),
  }
}

function baseAddress(base: string | undefined) {
  if (!base) return {}
  const url = new URL(base)
  const insecure = url.protocol === 'http:'
  return {
    protocol: insecure ? 'http' : 'https',
    host: hostOf(url),
    port: url.port || (insecure ? 80 : 443),
  } as const
}

/** The error for an answer that does not fit the request: a proxy's answer, or an incomplete answer of Stripe. */
export function unusable(what: string): SyncError {
  const message = `stripe: the answer ${what}. If it goes on, check Stripe.ApiBase and any proxy on the way.`
  return new SyncError('retry', 'provider_response', message, { scope: 'provider' })
}
