import { createHmac } from 'node:crypto'
import type { HttpAnswer, HttpRequest } from '../../../http/exchange.ts'
import type { Credentials } from '../../../provider/contract.ts'
import type { Kit } from '../kit.ts'
import { addressOf, fill } from './address.ts'
import { valueAt } from './pointer.ts'
import { matches, Refusal, readJson } from './refusal.ts'
import type { Manifest } from './schema.ts'
import type { Token } from './token.ts'

type Headers = Readonly<Record<string, string>>
type ClientCredentials = Extract<Manifest['auth'], { type: 'clientCredentials' }>

export interface Signing {
  /** Makes a request with the headers that sign it. */
  signed(ask: (headers: Headers) => Promise<HttpAnswer>): Promise<HttpAnswer>
  /** The token that was made of the credentials, for what error messages must not repeat. */
  minted(): string | null
}

export interface SigningDeps {
  readonly manifest: Manifest
  readonly kit: Kit
  readonly token: Token
  readonly tenantId: Credentials['tenantId']
  send(request: HttpRequest): Promise<HttpAnswer>
  quote(message: unknown): string | null
}

/** How the requests of a connection are signed. */
export function openSigning(deps: SigningDeps): Signing {
  const { auth } = deps.manifest
  if (auth.type === 'clientCredentials') return mintingSigning(auth, deps)
  const headers = plainHeaders(auth, deps.token)
  return { signed: (ask) => ask(headers), minted: () => null }
}

function plainHeaders(auth: Exclude<Manifest['auth'], ClientCredentials>, token: Token): Headers {
  switch (auth.type) {
    case 'bearer':
      return { authorization: `Bearer ${fill(auth.token, token)}` }
    case 'basic':
      return { authorization: basic(fill(auth.username, token), fill(auth.password, token)) }
    case 'header':
      return { [auth.name]: fill(auth.value, token) }
  }
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** Makes tokens of a client's id and secret (RFC 6749, section 4.4). */
function mintingSigning(auth: ClientCredentials, deps: SigningDeps): Signing {
  const { manifest, kit, token, tenantId } = deps
  const url = addressOf(auth.url, { name: manifest.name, token }, kit)
  const key = createHmac('sha256', tenantId).update(`${url.href} ${token.whole}`).digest('hex')
  let last: string | null = null
  const isRefused = ({ status, body }: HttpAnswer) =>
    status === 401 ||
    manifest.errors.rules.some((rule) => rule.code === 'key_not_accepted' && matches(rule, status, readJson(body)))
  return {
    minted: () => last,
    signed: (ask) =>
      kit.http.withMintedToken({
        key,
        mint: () => mint(auth, url, deps),
        ask: (minted) => {
          last = minted
          return ask({ authorization: `Bearer ${minted}` })
        },
        isRefused,
      }),
  }
}

/** Seconds for which a token is taken to be good if the answer does not say. A refused token is replaced before that. */
const usualLifetime = 3_600

async function mint(auth: ClientCredentials, url: URL, { manifest, kit, token, send, quote }: SigningDeps) {
  const insecure = url.protocol === 'http:'
  const answer = await send({
    host: kit.http.hostOf(url),
    port: url.port || (insecure ? 80 : 443),
    path: `${url.pathname}${url.search}`,
    method: 'POST',
    insecure,
    ...mintingRequest(auth, token),
  })
  const { status } = answer
  const value = readJson(answer.body)
  if (status === 400 || status === 401 || status === 403) {
    const said = quote(valueAt(value, '/error_description') ?? valueAt(value, '/error'))
    const message = kit.joinSentences([
      `${manifest.name}: ${token.name} is not accepted where tokens are made (${status})`,
      said === null ? null : `The API says: "${said}"`,
      'Check the id and the secret of the client, then send a new jobId.',
    ])
    throw new kit.SyncError('reject', 'key_not_accepted', message, { scope: 'account' })
  }
  if (status < 200 || status > 299) throw new Refusal(status, answer.headers, value)
  const minted = valueAt(value, auth.token)
  if (typeof minted !== 'string' || !/^[\x21-\x7e]{1,8192}$/.test(minted))
    throw new kit.SyncError(
      'retry',
      'provider_response',
      `${manifest.name}: the answer to the request for a token has none at "${auth.token}". Compare auth of the manifest with the documentation of the API.`,
      { scope: 'provider' },
    )
  return { token: minted, expiresIn: kit.fields.integer(valueAt(value, auth.expiresIn)) ?? usualLifetime }
}

function mintingRequest(auth: ClientCredentials, token: Token): Pick<HttpRequest, 'headers' | 'body'> {
  const [clientId, clientSecret] = [fill(auth.clientId, token), fill(auth.clientSecret, token)]
  const inBody = auth.credentialsIn !== 'header'
  const values = {
    grant_type: 'client_credentials',
    ...auth.parameters,
    ...(inBody && { client_id: clientId, client_secret: clientSecret }),
  }
  const isJson = auth.credentialsIn === 'json'
  return {
    headers: {
      accept: 'application/json',
      'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
      ...(!inBody && { authorization: basic(clientId, clientSecret) }),
    },
    body: isJson ? JSON.stringify(values) : new URLSearchParams(values).toString(),
  }
}
