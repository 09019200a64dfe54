import { createHmac } from 'node:crypto'
import type { SyncError } from '../../../errors.ts'
import type { Account, Credentials } from '../../../provider/contract.ts'
import type { JsonAnswer } from '../../../provider/item.ts'
import type { Kit } from '../kit.ts'
import { addressOf, encoded, fill } from './address.ts'
import { openSigning } from './auth.ts'
import { type Body, type Parameters, placed } from './body.ts'
import { matches, Refusal, readJson } from './refusal.ts'
import type { Manifest } from './schema.ts'
import { fillToken } from './template.ts'
import { readToken } from './token.ts'

/** An answer's JSON, its date by the provider's clock, its headers, and the address that it answers. */
export interface Answer {
  readonly json: JsonAnswer
  readonly date: Date
  readonly headers: Readonly<Record<string, string>>
  readonly url: URL
}

export interface Connection extends Pick<Account, 'id' | 'mode' | 'credential' | 'perSecond' | 'close'> {
  /** Where the token comes from, for error messages. */
  readonly tokenName: string
  /** The provider's own sentence about a refusal, without what looks secret; null if there is none. */
  quote(message: unknown): string | null
  /** The request of a path below the base address, with the token's fields filled in: POST if it has a body. */
  ask(path: string, parameters: Parameters, body?: Body): Promise<Answer>
  /** The path and query of a link to the next page, which must lead to the same host. */
  pathOf(link: string, from: URL): string
  /** What such a link leads to. */
  follow(link: string, body?: Body): Promise<Answer>
  /** The error of an answer that is not what the manifest says. */
  unusable(what: string): SyncError
}

/** Opens no connection to the network yet. @throws SyncError with verdict `reject` for unusable credentials */
export function openConnection(credentials: Credentials, manifest: Manifest, kit: Kit): Connection {
  const token = readToken(credentials, manifest, kit)
  const base = addressOf(manifest.baseUrl, { name: manifest.name, token }, kit)
  const insecure = base.protocol === 'http:'
  const exchange = kit.http.openExchange({ provider: manifest.name })
  const configured = Object.entries(manifest.headers ?? {}).map(([name, value]) => [name, fill(value, token)] as const)
  const headers = { accept: 'application/json', ...Object.fromEntries(configured) }
  const quote = (message: unknown) =>
    [...token.secrets, signing.minted() ?? token.whole].reduce<string | null>(
      (sentence, secret) => kit.http.sentenceOf(sentence, secret),
      typeof message === 'string' ? message : null,
    )
  const { tenantId } = credentials
  const signing = openSigning({ manifest, kit, token, tenantId, send: exchange.send, quote })
  const { rules } = manifest.errors
  const refusedInside = rules.filter(({ status }) => status.some((code) => code < 300))
  const unusable = (what: string) =>
    new kit.SyncError(
      'retry',
      'provider_response',
      `${manifest.name}: an answer ${what}. If it goes on, compare the manifest with the documentation of the API, and look for proxies between the worker and the API.`,
      { scope: 'provider' },
    )

  async function send(url: URL, sent: string | undefined): Promise<Answer> {
    const request = {
      host: kit.http.hostOf(url),
      port: url.port || (insecure ? 80 : 443),
      path: `${url.pathname}${url.search}`,
      method: sent === undefined ? 'GET' : 'POST',
      insecure,
      body: sent,
    }
    const typed = { ...headers, ...(sent !== undefined && { 'content-type': 'application/json' }) }
    const answer = await signing.signed((signed) => exchange.send({ ...request, headers: { ...typed, ...signed } }))
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
    quote,
    async ask(path, parameters, body) {
      const url = new URL(base)
      url.pathname = `${base.pathname.replace(/\/$/, '')}${fillToken(path, (place) => encoded(token, place))}`
      const { query, body: sent } = placed(parameters, body)
      for (const [name, value] of query) url.searchParams.set(name, value)
      return await send(url, sent)
    },
    pathOf(link, from) {
      const url = URL.canParse(link, from.href) ? new URL(link, from) : null
      if (url?.origin !== base.origin) throw unusable('names a next page on another host, which is not asked')
      return `${url.pathname}${url.search}`
    },
    async follow(link, body) {
      const url = new URL(link, base)
      if (url.origin !== base.origin) throw unusable('names a next page on another host, which is not asked')
      return await send(url, placed({}, body).body)
    },
    close: () => exchange.close(),
  }
}

/** The time of an answer by the provider's clock. @throws SyncError if the answer does not say it */
export function dateOf({ date }: Readonly<Record<string, string>>, unusable: Connection['unusable']): Date {
  const time = new Date(date ?? '')
  if (Number.isNaN(time.getTime())) throw unusable('has no Date header')
  return time
}
