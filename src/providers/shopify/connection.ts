import { createHmac } from 'node:crypto'
import { hostOf } from '../../http/base-url.ts'
import { type HttpAnswer, openExchange } from '../../http/exchange.ts'
import { withMintedToken } from '../../http/minted-token.ts'
import type { Resolve } from '../../http/pinned.ts'
import { sentenceOf } from '../../http/sentence.ts'
import type { Credentials } from '../../provider/contract.ts'
import { type Fields, fields, integer, list, text } from '../../provider/fields.ts'
import { apiVersion, readAnswer, type ShopifyAnswer, ShopifyRefusal, unusable } from './answer.ts'
import { readAccess, type ShopifyAccess } from './credentials.ts'
import { createWithheld, type Withheld } from './withheld.ts'

/** The part of the configuration that Shopify needs. */
export interface ShopifySettings {
  readonly accessToken: string | undefined
  /** The tenant that may use `accessToken` without a token of its own. */
  readonly accessTokenTenant: string | undefined
  /** The shop of `accessToken`; undefined if the token names it. */
  readonly shop: string | undefined
  /** Replaces the address of every shop. */
  readonly apiBase: string | undefined
  readonly perSecond: number | undefined
  /** Milliseconds for a whole answer; 60,000 if absent. */
  readonly timeoutMs?: number
  /** Resolves host names; the system's resolver if absent. */
  readonly resolve?: Resolve
}

/**
 * Requests a second for one shop. Shopify limits points, not requests: this bounds requests that cost next to nothing. An
 * order's page and what it needs besides cost 50 points a request, and the largest plan restores 2,000 a second. What a
 * full bucket has beyond that is spent as well.
 */
const shopPerSecond = 100

/** A document with its variables. */
export interface ShopifyRequest {
  readonly document: string
  readonly variables?: Fields
  /** The scope that the document needs, for error messages. */
  readonly scope?: string
}

export interface ShopifyConnection {
  /** Shopify knows the shop by a number, which it is asked for. */
  readonly id: null
  readonly mode: 'live'
  readonly metersPoints: true
  readonly access: ShopifyAccess
  /** See Account.credential. */
  readonly credential: string
  readonly perSecond: number
  /** The most items that a page of a list may ask for, by the list's path, once Shopify has refused more. */
  readonly pageSizes: Map<string, number>
  /** The fields that Shopify does not show to the app. */
  readonly withheld: Withheld
  /** Shopify's own sentence about a refusal, without what looks secret; null if there is none. */
  quote(message: unknown): string | null
  query(request: ShopifyRequest): Promise<ShopifyAnswer>
  /** The scopes that the token has. Asked once. */
  scopes(): Promise<ReadonlySet<string>>
  close(): void
}

/** Opens no connection to the network yet. @throws SyncError with verdict `reject` for unusable credentials */
export function openShopify(credentials: Credentials, settings: ShopifySettings): ShopifyConnection {
  const access = readAccess(credentials, settings)
  const { key, shop } = access
  const url = new URL(settings.apiBase ?? `https://${shop}.myshopify.com`)
  const insecure = url.protocol === 'http:'
  const { timeoutMs, resolve } = settings
  const exchange = openExchange({ provider: 'shopify', timeoutMs, resolve })
  const parts = 'token' in key ? [shop, key.token] : [shop, key.clientId, key.clientSecret]
  const credential = createHmac('sha256', credentials.tenantId).update(parts.join(' ')).digest('hex')

  function post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    return exchange.send({
      host: hostOf(url),
      port: url.port || (insecure ? 80 : 443),
      path,
      method: 'POST',
      headers: { ...headers, accept: 'application/json', 'content-type': 'application/json' },
      insecure,
      body: JSON.stringify(body),
    })
  }

  /** A token of client credentials lasts a day. There is nothing to refresh it with: another one is made. */
  async function mint(clientId: string, clientSecret: string) {
    const grant = { client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' }
    const answer = await post('/admin/oauth/access_token', grant)
    if (answer.status !== 200) throw new ShopifyRefusal({ ...answer, isMinting: true })
    const { access_token: token, expires_in: expiresIn } = fields(parseJson(answer.body))
    if (typeof token !== 'string' || !/^[\w.~+/=-]{1,2048}$/.test(token)) throw unusable('has no token')
    return { token, expiresIn: integer(expiresIn) ?? 3_600 }
  }

  function send(body: object): Promise<HttpAnswer> {
    const ask = (token: string) =>
      post(`/admin/api/${apiVersion}/graphql.json`, body, { 'x-shopify-access-token': token })
    if ('token' in key) return ask(key.token)
    return withMintedToken({
      key: credential,
      mint: () => mint(key.clientId, key.clientSecret),
      ask,
      isRefused: ({ status }) => status === 401,
    })
  }

  const withheld = createWithheld()
  /** Asks again without the fields that Shopify withholds, once it has said which. */
  async function query({ document, variables, scope }: ShopifyRequest): Promise<ShopifyAnswer> {
    for (;;) {
      const without = withheld.variablesOf(document)
      try {
        return readAnswer(await send({ query: document, variables: { ...variables, ...without } }), scope ?? null)
      } catch (error) {
        const fields = withheld.learn(error, document)
        if (!fields.some((field) => without[field] === undefined)) throw error
      }
    }
  }

  let scopes: Promise<ReadonlySet<string>> | undefined
  const connection: ShopifyConnection = {
    id: null,
    mode: 'live',
    metersPoints: true,
    access,
    credential,
    perSecond: settings.perSecond ?? shopPerSecond,
    pageSizes: new Map(),
    withheld,
    quote: (message) =>
      parts.slice(1).reduce((sentence: string | null, part) => sentenceOf(sentence, part), text(message)),
    query,
    async scopes() {
      scopes ??= connection.query({ document: scopesDocument }).then(({ data }) => scopesIn(fields(data.value())))
      scopes.catch(() => {
        scopes = undefined
      })
      return await scopes
    },
    close: () => exchange.close(),
  }
  return connection
}

const scopesDocument = 'query scopes { currentAppInstallation { accessScopes { handle } } }'

/** The scopes in an answer that has `currentAppInstallation`. */
export function scopesIn(data: Fields): ReadonlySet<string> {
  const scopes = list(fields(data.currentAppInstallation).accessScopes) ?? []
  return new Set(scopes.flatMap((scope) => text(fields(scope).handle) ?? []))
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw unusable('is not JSON')
  }
}
