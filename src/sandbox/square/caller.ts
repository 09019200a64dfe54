import type { IncomingHttpHeaders } from 'node:http'
import { badRequest, unauthorized } from './refusal.ts'

/** Who sends a request, by the access token. */
export interface Caller {
  readonly token: string
  /** Names what has rate limits of its own: Square limits the application, whichever seller it reads. */
  readonly accountKey: string
}

export interface Tokens {
  readonly revoked: ReadonlySet<string>
  readonly expired: ReadonlySet<string>
  /** Unix seconds after which every token is expired; undefined if tokens live for ever. */
  readonly expireAt: number | undefined
  /** The provider's clock, in unix seconds. */
  now(): number
}

/** Refuses tokens like `EAAA-invalid…`, `EAAA-revoked…` and `EAAA-expired…`, and those the sandbox was told of. */
export function authenticate(headers: IncomingHttpHeaders, tokens: Tokens): Caller {
  const [scheme, token = ''] = headers.authorization?.split(' ') ?? []
  if (scheme?.toLowerCase() !== 'bearer' || token === '' || token.startsWith('EAAA-invalid')) throw unauthorized()
  if (tokens.revoked.has(token) || token.startsWith('EAAA-revoked')) throw unauthorized('ACCESS_TOKEN_REVOKED')
  const isOver = tokens.expireAt !== undefined && tokens.now() >= tokens.expireAt
  if (isOver || tokens.expired.has(token) || token.startsWith('EAAA-expired'))
    throw unauthorized('ACCESS_TOKEN_EXPIRED')
  const version = headers['square-version']
  if (typeof version === 'string' && !/^\d{4}-\d\d-\d\d$/.test(version))
    throw badRequest('INVALID_SQUARE_VERSION_FORMAT', `Version \`${version}\` is not a date.`)
  return { token, accountKey: 'application' }
}

/** The version that a request without the header gets. */
export const defaultVersion = '2026-09-16'
