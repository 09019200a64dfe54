import { type HttpAnswer, json } from '../server/answer.ts'
import { randomText } from '../server/ids.ts'
import { type Random, randomStream, seedFor } from '../server/random.ts'
import { Refusal } from './refusal.ts'
import { fieldOf } from './shopify-object.ts'

export interface Tokens {
  isAccepted(token: string): boolean
  /** Answers a request for a token: `grant_type=client_credentials`, as JSON or as a form. */
  grant(body: string): HttpAnswer
  expire(token: string): void
  revoke(token: string): void
}

export interface TokenOptions {
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: readonly string[]
  /** Seconds that a granted token lives; Shopify's live 24 hours. */
  readonly grantedFor: number
  /** Unix seconds after which tokens that nobody granted expire; undefined if never. */
  readonly expireAt: number | undefined
  readonly revoked: readonly string[]
  readonly seed: number
  /** The provider's clock, in unix seconds. */
  now(): number
}

/** Takes any token that looks like Shopify's: `shpat_…` made by hand, `shpca_…` granted here. */
export function createTokens({
  clientId,
  clientSecret,
  scopes,
  grantedFor,
  expireAt,
  revoked,
  seed,
  now,
}: TokenOptions): Tokens {
  const random: Random = randomStream(seedFor(seed, 'tokens'))
  const granted = new Map<string, number>()
  const refused = new Set(revoked)
  return {
    isAccepted(token) {
      if (refused.has(token)) return false
      const until = granted.get(token)
      if (until !== undefined) return now() < until
      const isOver = expireAt !== undefined && now() >= expireAt
      return /^shp(at|ua)_\w+$/.test(token) && !/_(invalid|expired|revoked)/.test(token) && !isOver
    },
    grant(body) {
      const given = parameters(body)
      const isForm = given('grant_type') === 'client_credentials'
      // What Shopify answers to wrong credentials was not seen: an assumption, in the words of OAuth 2.0.
      if (!isForm) throw new Refusal(400, { error: 'unsupported_grant_type' })
      if (given('client_id') !== clientId || given('client_secret') !== clientSecret)
        throw new Refusal(401, {
          error: 'invalid_client',
          error_description: 'The client is unknown or its secret is wrong.',
        })
      const token = `shpca_${randomText(random, 32)}`
      granted.set(token, now() + grantedFor)
      // https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant
      const answer = { access_token: token, scope: scopes.join(','), expires_in: grantedFor - 1 }
      return { status: 200, headers: json, body: JSON.stringify(answer) }
    },
    expire: (token) => void refused.add(token),
    revoke: (token) => void refused.add(token),
  }
}

function parameters(body: string): (name: string) => unknown {
  if (!body.trimStart().startsWith('{')) {
    const form = new URLSearchParams(body)
    return (name) => form.get(name)
  }
  const content = parsed(body)
  return (name) => fieldOf(content, name)
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
