import type { IncomingHttpHeaders } from 'node:http'
import { fieldOf } from './paypal-object.ts'
import { expiredToken, invalidClient, notAuthorized, unauthorized, unknownToken } from './refusal.ts'
import type { Tokens } from './tokens.ts'

/** Who sends a request: an app with its secret, which asks for a token, or a token. */
export interface Caller {
  readonly client: string
  /** Names what has rate limits of its own: PayPal limits an app. */
  readonly accountKey: string
  /** Undefined for an app with its secret. */
  readonly scopes: readonly string[] | undefined
  /** The merchant whose data is read: the app's own, or the one that an assertion names. */
  readonly merchant: string
  /** `Prefer: return=representation` */
  readonly prefersAll: boolean
}

export interface Identities {
  readonly clients: Readonly<Record<string, string>>
  /** The first is the app's own. */
  readonly merchants: readonly string[]
  readonly tokens: Tokens
  /** The provider's clock, in unix seconds. */
  now(): number
}

export function authenticate(headers: IncomingHttpHeaders, identities: Identities): Caller {
  const [scheme = '', credentials = ''] = headers.authorization?.split(' ') ?? []
  const defaults = { merchant: identities.merchants[0] ?? '', prefersAll: headers.prefer === 'return=representation' }
  if (scheme.toLowerCase() === 'basic') {
    const client = appOf(credentials, identities.clients)
    return { ...defaults, client, accountKey: client, scopes: undefined }
  }
  if (scheme.toLowerCase() !== 'bearer' || credentials === '') throw unauthorized()
  const token = identities.tokens.find(credentials)
  if (!token) throw unknownToken()
  if (identities.now() >= token.expiresAt) throw expiredToken()
  const { client, scopes } = token
  return { ...defaults, client, accountKey: client, scopes, merchant: merchantOf(headers, client, identities) }
}

function appOf(credentials: string, clients: Readonly<Record<string, string>>): string {
  const [client = '', ...secret] = Buffer.from(credentials, 'base64').toString().split(':')
  if (!Object.hasOwn(clients, client) || clients[client] !== secret.join(':')) throw invalidClient()
  return client
}

/** Reads the assertion of a platform: an unsigned token of the app (`iss`) about a merchant (`payer_id`). */
function merchantOf(headers: IncomingHttpHeaders, client: string, { merchants }: Identities): string {
  const assertion = headers['paypal-auth-assertion']
  if (assertion === undefined) return merchants[0] ?? ''
  const [header = '', payload = '', signature] = String(assertion).split('.')
  const claims = decoded(payload)
  const isUnsigned = fieldOf(decoded(header), 'alg') === 'none' && signature === ''
  const merchant = merchants.find((known) => known === fieldOf(claims, 'payer_id'))
  if (!isUnsigned || fieldOf(claims, 'iss') !== client) throw unauthorized()
  if (merchant === undefined) throw notAuthorized()
  return merchant
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    return undefined
  }
}
