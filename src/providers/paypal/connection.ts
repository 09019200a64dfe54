import { createHmac } from 'node:crypto'
import { dateOf } from '../../http/answer-date.ts'
import { hostOf } from '../../http/base-url.ts'
import { type HttpAnswer, type HttpRequest, openExchange } from '../../http/exchange.ts'
import { withMintedToken } from '../../http/minted-token.ts'
import type { Resolve } from '../../http/pinned.ts'
import { type Parameters, withParameters } from '../../http/query-string.ts'
import { sentenceOf } from '../../http/sentence.ts'
import { inMode } from '../../provider/account-name.ts'
import type { Account, Credentials } from '../../provider/contract.ts'
import { unusableAnswer } from '../../provider/failures.ts'
import { fields, integer, text } from '../../provider/fields.ts'
import { type JsonAnswer, openAnswer } from '../../provider/item.ts'
import { type ConfiguredClient, type PayPalClient, readClient } from './credentials.ts'
import { PayPalRefusal } from './refusal.ts'

const bases = { production: 'https://api-m.paypal.com', sandbox: 'https://api-m.sandbox.paypal.com' } as const

/** PayPal publishes no limits. One request a second is what others have found to be accepted for long. */
const requestsPerSecond = 1

export interface PayPalSettings extends ConfiguredClient {
  readonly environment: 'production' | 'sandbox'
  readonly apiBase: string | undefined
  readonly perSecond: number | undefined
  /** See ExchangeSettings; for tests. */
  readonly timeoutMs?: number | undefined
  readonly resolve?: Resolve | undefined
}

/** An answer with PayPal's clock. */
export interface PayPalAnswer {
  readonly json: JsonAnswer
  readonly date: Date
}

/** One account, read with a client's id and secret. */
export interface PayPalConnection
  extends Pick<Account, 'id' | 'mode' | 'credential' | 'perSecond' | 'concurrency' | 'close'> {
  /** Where the credentials come from, for error messages. */
  readonly clientName: string
  /** The answers 429 since the last other one. */
  limitedInARow(): number
  /** PayPal's own sentence without parts of the secret; null if there is none. */
  quote(message: unknown): string | null
  get(path: string, parameters?: Parameters): Promise<PayPalAnswer>
  post(path: string, parameters: Parameters, body: object): Promise<PayPalAnswer>
}

/** Opens no connection to the network yet. @throws SyncError with verdict `reject` for unusable credentials */
export function openPayPal(credentials: Credentials, settings: PayPalSettings): PayPalConnection {
  const client = readClient(credentials, settings)
  const { environment, apiBase = bases[environment], timeoutMs, resolve } = settings
  const mode = environment === 'sandbox' ? 'test' : 'live'
  const url = new URL(apiBase)
  const insecure = url.protocol === 'http:'
  const exchange = openExchange({ provider: 'paypal', timeoutMs, resolve })
  const place = { host: hostOf(url), port: url.port || (insecure ? 80 : 443), insecure }
  const key = createHmac('sha256', credentials.tenantId)
    .update(JSON.stringify([url.href, client]))
    .digest('hex')

  let limitedInARow = 0
  async function ask(request: Omit<HttpRequest, keyof typeof place>): Promise<HttpAnswer> {
    const answer = await exchange.send({ ...place, ...request })
    limitedInARow = answer.status === 429 ? limitedInARow + 1 : 0
    return answer
  }

  const mint = async () => {
    const basic = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')
    const answer = await ask({
      path: '/v1/oauth2/token',
      method: 'POST',
      headers: {
        authorization: `Basic ${basic}`,
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    })
    const { access_token: token, expires_in: expiresIn } = fields(read(answer).json.whole.value())
    if (typeof token !== 'string' || token === '') throw unusable('has no access token')
    return { token, expiresIn: integer(expiresIn) ?? 0 }
  }

  async function send(method: string, path: string, body?: string): Promise<PayPalAnswer> {
    const answer = await withMintedToken({
      key,
      mint,
      ask: (token) =>
        ask({
          path,
          method,
          headers: { ...headersOf(client, body), authorization: `Bearer ${token}` },
          body,
        }),
      isRefused: ({ status }) => status === 401,
      lacksRights: ({ status }) => status === 403,
    })
    return read(answer)
  }

  return {
    id: client.merchantId === null ? null : inMode(client.merchantId, mode),
    mode,
    clientName: client.name,
    credential: key,
    perSecond: settings.perSecond ?? requestsPerSecond,
    concurrency: 1,
    limitedInARow: () => limitedInARow,
    quote: (message) => sentenceOf(message, client.clientSecret),
    get: (path, parameters = {}) => send('GET', withParameters(path, parameters)),
    post: (path, parameters, body) => send('POST', withParameters(path, parameters), JSON.stringify(body)),
    close: () => exchange.close(),
  }
}

/** For a merchant of a platform the request says for whom it is made: an unsigned token, as PayPal documents it. */
function headersOf({ clientId, merchantId }: PayPalClient, body: string | undefined) {
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return {
    accept: 'application/json',
    prefer: 'return=representation',
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(merchantId !== null && {
      'paypal-auth-assertion': `${encoded({ alg: 'none' })}.${encoded({ iss: clientId, payer_id: merchantId })}.`,
    }),
  }
}

/** @throws PayPalRefusal, SyncError */
function read({ status, headers, body }: HttpAnswer): PayPalAnswer {
  if (status !== 200) throw new PayPalRefusal(status, headers, body)
  return { json: openAnswer(body, () => unusable('is not JSON')), date: dateIn(headers) }
}

/** The time of an answer by PayPal's clock. @throws SyncError if the answer does not say it */
export function dateIn(headers: Readonly<Record<string, string>>): Date {
  const date = dateOf(headers)
  if (!date) throw unusable('has no Date header')
  return date
}

/** The error of an answer that is not what PayPal's documentation says. */
export const unusable = unusableAnswer({ name: 'paypal', title: 'PayPal', statusPage: 'www.paypal-status.com' })

/** The id of the account, as an answer names it. @throws SyncError if it does not */
export function accountIn(value: unknown): string {
  const id = text(value)
  if (id === null || !/^[\w-]{1,250}$/.test(id)) throw unusable('does not name the account')
  return id
}
