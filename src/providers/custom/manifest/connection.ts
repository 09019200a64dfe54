import { createHmac } from 'node:crypto'
import type { SyncError } from '../../../errors.ts'
import type { Account, Credentials } from '../../../provider/contract.ts'
import type { JsonAnswer } from '../../../provider/item.ts'
import type { Kit } from '../kit.ts'
import { matches, Refusal, readJson } from './refusal.ts'
import type { Manifest } from './schema.ts'
import { fillToken } from './template.ts'
import { readToken, type Token } from './token.ts'

/** An answer's JSON, its date by the provider's clock, its headers, and the address that it answers. */
export interface Answer {
  readonly json: JsonAnswer
  readonly date: Date
  readonly headers: Readonly<Record<string, string>>
  readonly url: URL
}

export type Parameters = Readonly<Record<string, string>>

export interface Connection extends Pick<Account, 'id' | 'mode' | 'credential' | 'perSecond' | 'close'> {
  /** Where the token comes from, for error messages. */
  readonly tokenName: string
  /** The provider's own sentence about a refusal, without what looks secret; null if there is none. */
  quote(message: unknown): string | null
  /** A path below the base address, with the token's fields filled in. */
  get(path: string, parameters: Parameters): Promise<Answer>
  /** The path and query of a link to the next page, which must lead to the same host. */
  pathOf(link: string, from: URL): string
  /** What such a link leads to. */
  follow(link: string): Promise<Answer>
  /** The error of an answer that is not what the manifest says. */
  unusable(what: string): SyncError
}

/** Opens no connection to the network yet. @throws SyncError with verdict `reject` for unusable credentials */
export function openConnection(credentials: Credentials, manifest: Manifest, kit: Kit): Connection {
  const token = readToken(credentials, manifest, kit)
  const base = baseOf(manifest, token, kit)
  const insecure = base.protocol === 'http:'
  const exchange = kit.http.openExchange({ provider: manifest.name })
  const configured = Object.entries(manifest.headers ?? {}).map(([name, value]) => [name, fill(value, token)] as const)
  const headers = { accept: 'application/json', ...Object.fromEntries(configured), ...signed(manifest.auth, token) }
  const { rules } = manifest.errors
  const refusedInside = rules.filter(({ status }) => status.some((code) => code < 300))
  const unusable = (what: string) =>
    new kit.SyncError(
      'retry',
      'provider_response',
      `${manifest.name}: an answer ${what}. If it goes on, compare the manifest with the documentation of the API, and look for proxies between the worker and the API.`,
      { scope: 'provider' },
    )

  async function send(url: URL): Promise<Answer> {
    const answer = await exchange.send({
      host: kit.http.hostOf(url),
      port: url.port || (insecure ? 80 : 443),
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      headers,
      insecure,
    })
    const { status, body } = answer
    if (status < 200 || status > 299) throw new Refusal(status, answer.headers, readJson(body))
    const json = kit.items.openAnswer(body, () => unusable('is not JSON'))
    if (refusedInside.length > 0) {
      const value = json.whole.value()
      if (refusedInside.some((rule) => matches(rule, status, value))) throw new Refusal(status, answer.headers, value)
    }
    return { json, date: dateOf(answer.headers, unusable), headers: answer.headers, url }
  }

  return {
    id: 'path' in manifest.identity ? null : kit.inMode(fill(manifest.identity.account, token), manifest.mode),
    mode: manifest.mode,
    tokenName: token.name,
    credential: createHmac('sha256', credentials.tenantId).update(token.whole).digest('hex'),
    perSecond: manifest.limits.requestsPerSecond,
    unusable,
    quote: (message) =>
      token.secrets.reduce<string | null>((sentence, secret) => kit.http.sentenceOf(sentence, secret), textOf(message)),
    get: (path, parameters) =>
      send(
        withParameters(
          base,
          fillToken(path, (place) => encoded(token, place)),
          parameters,
        ),
      ),
    pathOf(link, from) {
      const url = URL.canParse(link, from.href) ? new URL(link, from) : null
      if (url?.origin !== base.origin) throw unusable('names a next page on another host, which is not asked')
      return `${url.pathname}${url.search}`
    },
    async follow(link) {
      const url = new URL(link, base)
      if (url.origin !== base.origin) throw unusable('names a next page on another host, which is not asked')
      return await send(url)
    },
    close: () => exchange.close(),
  }
}

const fill = (text: string, token: Token) => fillToken(text, token.value)
const encoded = (token: Token, place: string | null) => encodeURIComponent(token.value(place))
const textOf = (message: unknown) => (typeof message === 'string' ? message : null)

/** The base address with the token's fields. A field in the host is one label of it, so that it cannot name another host. */
function baseOf({ baseUrl, name }: Manifest, token: Token, { SyncError, http }: Kit): URL {
  const [, origin = '', path = ''] = /^(https?:\/\/[^/]*)(.*)$/.exec(baseUrl) ?? []
  const host = fillToken(origin, (place) => {
    const label = token.value(place)
    if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(label)) return label.toLowerCase()
    throw new SyncError(
      'reject',
      'bad_credentials',
      `${name}: the field ${place} of ${token.name} is no part of a host name. Send letters, digits and - only.`,
    )
  })
  if (!http.isProviderBase(host))
    throw new SyncError(
      'reject',
      'bad_credentials',
      `${name}: ${token.name} does not give the address of a public host. Check the fields of the token that the manifest names in its address.`,
    )
  return new URL(`${host}${fillToken(path, (place) => encoded(token, place))}`)
}

function signed(auth: Manifest['auth'], token: Token): Readonly<Record<string, string>> {
  switch (auth.type) {
    case 'bearer':
      return { authorization: `Bearer ${fill(auth.token, token)}` }
    case 'basic': {
      const pair = `${fill(auth.username, token)}:${fill(auth.password, token)}`
      return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
    }
    case 'header':
      return { [auth.name]: fill(auth.value, token) }
  }
}

function withParameters(base: URL, path: string, parameters: Parameters): URL {
  const url = new URL(base)
  url.pathname = `${base.pathname.replace(/\/$/, '')}${path}`
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url
}

/** The time of an answer by the provider's clock. @throws SyncError if the answer does not say it */
export function dateOf({ date }: Readonly<Record<string, string>>, unusable: Connection['unusable']): Date {
  const time = new Date(date ?? '')
  if (Number.isNaN(time.getTime())) throw unusable('has no Date header')
  return time
}
