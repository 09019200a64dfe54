import { createHmac } from 'node:crypto'
import { dateOf } from '../../http/answer-date.ts'
import { hostOf } from '../../http/base-url.ts'
import { openExchange } from '../../http/exchange.ts'
import type { Resolve } from '../../http/pinned.ts'
import { type Parameters, withParameters } from '../../http/query-string.ts'
import { sentenceOf } from '../../http/sentence.ts'
import type { Mode } from '../../provider/account-name.ts'
import type { Credentials } from '../../provider/contract.ts'
import { unusableAnswer } from '../../provider/failures.ts'
import { fields, list, text } from '../../provider/fields.ts'
import { type JsonAnswer, openAnswer } from '../../provider/item.ts'
import { readToken } from './credentials.ts'

/** The API version whose shapes the rows are mapped from. */
export const apiVersion = '2026-09-16'

/** The part of the configuration that Square needs. */
export interface SquareSettings {
  readonly accessToken: string | undefined
  /** The tenant that may use `accessToken` without a token of its own. */
  readonly accessTokenTenant: string | undefined
  /** Whether tokens are of Square's sandbox, which has addresses and accounts of its own. */
  readonly environment: 'production' | 'sandbox'
  /** Replaces Square's address. */
  readonly apiBase: string | undefined
  readonly perSecond: number | undefined
  /** Milliseconds for a whole answer; 60,000 if absent. */
  readonly timeoutMs?: number
  /** Resolves host names; the system's resolver if absent. */
  readonly resolve?: Resolve
}

const bases = { production: 'https://connect.squareup.com', sandbox: 'https://connect.squareupsandbox.com' } as const

/** Requests a second for one seller. Square publishes no limits; sellers' applications were limited above some five to ten. */
const sellerPerSecond = 5

/** An answer's JSON, and its date by Square's clock. Reading throws a SyncError if the answer is no JSON. */
export interface SquareAnswer {
  readonly json: JsonAnswer
  readonly date: Date
}

export interface SquareConnection {
  /** The seller is known when the token is asked about. */
  readonly id: null
  readonly mode: Mode
  /** Where the token comes from, for error messages. */
  readonly tokenName: string
  /** See Account.credential. */
  readonly credential: string
  readonly perSecond: number
  /** Square's own sentence about a refusal, without what looks secret; null if there is none. */
  quote(message: unknown): string | null
  get(path: string, parameters?: Parameters): Promise<SquareAnswer>
  post(path: string, body: object): Promise<SquareAnswer>
  /** The ids of the seller's locations, inactive ones included. Asked once. */
  locations(): Promise<readonly string[]>
  close(): void
}

/** A refusal, as the connection throws it and `failure` reads it. */
export class SquareRefusal extends Error {
  override readonly name = 'SquareRefusal'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The entries of `errors` in the answer; empty if the answer is no JSON of that shape. */
  readonly errors: readonly { readonly code: string; readonly category: string; readonly detail: unknown }[]

  constructor(status: number, headers: Readonly<Record<string, string>>, body: Buffer) {
    super('refused')
    this.status = status
    this.headers = headers
    this.errors = errorsIn(body)
  }
}

/** Opens no connection to the network yet. @throws SyncError with verdict `reject` for unusable credentials */
export function openSquare(credentials: Credentials, settings: SquareSettings): SquareConnection {
  const { token, tokenName } = readToken(credentials, settings)
  const { environment, apiBase = bases[environment], timeoutMs, resolve } = settings
  const url = new URL(apiBase)
  const insecure = url.protocol === 'http:'
  const exchange = openExchange({ provider: 'square', timeoutMs, resolve })
  const headers = { authorization: `Bearer ${token}`, 'square-version': apiVersion, accept: 'application/json' }

  async function send(method: string, path: string, body?: string): Promise<SquareAnswer> {
    const answer = await exchange.send({
      host: hostOf(url),
      port: url.port || (insecure ? 80 : 443),
      path,
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      insecure,
      body,
    })
    if (answer.status !== 200) throw new SquareRefusal(answer.status, answer.headers, answer.body)
    return { json: openAnswer(answer.body, () => unusable('is not JSON')), date: dateIn(answer.headers) }
  }

  let locations: Promise<readonly string[]> | undefined
  const connection: SquareConnection = {
    id: null,
    mode: environment === 'sandbox' ? 'test' : 'live',
    tokenName,
    credential: createHmac('sha256', credentials.tenantId).update(token).digest('hex'),
    perSecond: settings.perSecond ?? sellerPerSecond,
    quote: (message) => sentenceOf(message, token),
    get: (path, parameters = {}) => send('GET', withParameters(path, parameters)),
    post: (path, body) => send('POST', path, JSON.stringify(body)),
    async locations() {
      locations ??= listLocations(connection)
      locations.catch(() => {
        locations = undefined
      })
      return await locations
    },
    close: () => exchange.close(),
  }
  return connection
}

async function listLocations({ get }: SquareConnection): Promise<readonly string[]> {
  const { json } = await get('/v2/locations')
  const { items } = json.list('locations')
  // Every seller has one. An answer without them would make every list empty.
  if (!items) throw unusable('has no locations')
  return items.flatMap(({ id }) => id ?? [])
}

function errorsIn(body: Buffer): SquareRefusal['errors'] {
  try {
    const errors = list(fields(JSON.parse(body.toString('utf8'))).errors) ?? []
    return errors.map((error) => {
      const { code, category, detail } = fields(error)
      return { code: text(code) ?? '', category: text(category) ?? '', detail }
    })
  } catch {
    return []
  }
}

/** The time of an answer by Square's clock. @throws SyncError if the answer does not say it */
export function dateIn(headers: Readonly<Record<string, string>>): Date {
  const time = dateOf(headers)
  if (!time) throw unusable('has no Date header')
  return time
}

/** The error of an answer that is not what Square's documentation says. */
export const unusable = unusableAnswer({ name: 'square', title: 'Square', statusPage: 'www.issquareup.com' })
