import { objectAnswer } from '../answer.ts'
import type { Operation } from '../api.ts'
import { invalidClient, unsupportedGrant } from '../refusal.ts'
import type { Tokens } from '../tokens.ts'

interface TokenContext {
  readonly tokens: Tokens
  /** The provider's clock, in unix seconds. */
  now(): number
}

/** Not in PayPal's specifications: `test/specs/exceptions.json` names the source. */
export function tokenOperation({ tokens, now }: TokenContext): Operation {
  return {
    method: 'POST',
    path: '/v1/oauth2/token',
    scope: undefined,
    isList: false,
    answer({ caller, body }) {
      if (caller.scopes !== undefined) throw invalidClient()
      if (new URLSearchParams(body).get('grant_type') !== 'client_credentials') throw unsupportedGrant()
      const { text, scopes, expiresAt } = tokens.mint(caller.client)
      return objectAnswer({
        scope: scopes.join(' '),
        access_token: text,
        token_type: 'Bearer',
        app_id: 'APP-80W284485P519543T',
        expires_in: expiresAt - now(),
        nonce: `${new Date(now() * 1_000).toISOString()}${text.slice(5, 40)}`,
      })
    },
  }
}
