import type { IncomingHttpHeaders } from 'node:http'
import { unauthorized } from './refusal.ts'
import type { Tokens } from './tokens.ts'

/** Who sends a request, by the access token. */
export interface Caller {
  readonly token: string
  /** Names what has limits of its own: an app on a shop. */
  readonly accountKey: string
}

/** Refuses a token that is not known, expired or revoked. A request for a token needs none. */
export function authenticate(headers: IncomingHttpHeaders, tokens: Tokens): Caller {
  const token = headers['x-shopify-access-token']
  if (token === undefined) return { token: '', accountKey: 'app' }
  if (typeof token !== 'string' || !tokens.isAccepted(token)) throw unauthorized()
  return { token, accountKey: 'app' }
}
