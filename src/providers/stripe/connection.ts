import Stripe from 'stripe'
import { SyncError } from '../../errors.ts'
import type { Resolve } from '../../host/pinned.ts'
import { Payload } from '../../payload.ts'
import { type Fields, fields, isUsableId, object } from '../../sync/fields.ts'
import type { Credentials, Page, Query } from '../../sync/provider.ts'
import { readAccess } from './credentials.ts'
import { StripeHttp } from './http.ts'

/** The API version whose shapes the rows are mapped from. */
export const apiVersion = '2026-10-28.endive'

/** The part of the configuration that Stripe needs. */
export interface StripeSettings {
  readonly apiKey: string | undefined
  /** Another host than https://api.stripe.com. */
  readonly apiBase: string | undefined
  readonly perSecond: number | undefined
  readonly endpointPerSecond: number | undefined
  /** Milliseconds an answer may take as a whole; 60,000 where absent. */
  readonly timeoutMs?: number
  /** How names become addresses; the system's way where absent. */
  readonly resolve?: Resolve
}

/** Requests a second for one account; docs.stripe.com/rate-limits. */
const accountPerSecond = { live: 100, test: 25 } as const

/** An answer's JSON, parsed and as it was sent. */
export interface Answer {
  readonly body: Fields
  readonly payload: Payload | undefined
  readonly date: Date
}

export interface StripeConnection {
  /** The connected account, or `own` for the key's own, with the mode: `acct_1ABC live`. */
  readonly id: string
  readonly perSecond: number
  /** A GET. */
  get(path: string): Promise<Answer>
  close(): void
}

/** Opens no connection to the network yet. @throws SyncError with verdict `reject` for unusable credentials */
export function openStripe(credentials: Credentials, settings: StripeSettings): StripeConnection {
  const { apiKey, account, live } = readAccess(credentials, settings.apiKey)
  const httpClient = new StripeHttp(settings)
  // Nothing but rawRequest: the bundle leaves the typed methods out (infra/build.ts).
  const stripe: Pick<Stripe, 'rawRequest'> = new Stripe(apiKey, {
    apiVersion,
    httpClient,
    maxNetworkRetries: 0,
    telemetry: false,
    ...baseAddress(settings.apiBase),
    ...(account ? { stripeAccount: account } : {}),
  })
  return {
    id: `${account ?? 'own'} ${live ? 'live' : 'test'}`,
    perSecond: settings.perSecond ?? accountPerSecond[live ? 'live' : 'test'],
    async get(path) {
      // rawRequest, not list(): the typed methods turn decimals into objects, and the payload is to be kept as sent.
      const body: Fields & { readonly lastResponse?: unknown } = fields(await stripe.rawRequest('GET', path))
      const { headers, body: bytes } = fields(body.lastResponse)
      const date = new Date(String(fields(headers).date))
      if (Number.isNaN(date.getTime())) throw unusable('has no Date header')
      return { body, payload: Buffer.isBuffer(bytes) ? Payload.of(bytes) : undefined, date }
    },
    close: () => httpClient.close(),
  }
}

function baseAddress(base: string | undefined) {
  if (!base) return {}
  const { protocol, hostname, port } = new URL(base)
  const insecure = protocol === 'http:'
  return {
    protocol: insecure ? 'http' : 'https',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port || (insecure ? 80 : 443),
  } as const
}

/** One page of a list. `path`: `/v1/customers`; `parameters` are sent with every page. */
export async function listPage(
  connection: StripeConnection,
  path: string,
  { window, cursor, limit }: Query,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Page> {
  const query = new URLSearchParams({ limit: String(limit), ...parameters })
  if (window && window.from > 0) query.set('created[gte]', String(window.from))
  if (window && window.to !== null) query.set('created[lt]', String(window.to))
  if (cursor !== null) query.set('starting_after', cursor)
  const { body, payload, date } = await connection.get(`${path}?${query}`)
  const { data, has_more: more } = body
  if (body.object !== 'list' || !Array.isArray(data) || typeof more !== 'boolean') throw unusable('is not a list')
  return { items: data, payload: payload?.at('data'), next: more ? lastId(data) : null, observedAt: date }
}

/** An answer that is none to what was asked: a proxy's, or half of one. */
export function unusable(what: string): SyncError {
  return new SyncError('retry', 'provider_response', `stripe: the answer ${what}`)
}

/** The id of the page's last item; of the last that has one, where items are broken. */
function lastId(items: readonly unknown[]): string {
  const id = items.map((item) => object(item)?.id).findLast(isUsableId)
  if (id !== undefined) return id
  throw new SyncError(
    'reject',
    'provider_contract',
    'stripe: a list says there is more but has no item to go on from; reading would never end',
  )
}
