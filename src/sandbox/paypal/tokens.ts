import { randomText } from '../server/ids.ts'
import { randomStream, seedFor } from '../server/random.ts'

/** An access token and what it may do. */
export interface Token {
  readonly text: string
  readonly client: string
  readonly scopes: readonly string[]
  /** Unix seconds. */
  readonly expiresAt: number
}

export interface Tokens {
  /** Makes a token with the scopes that the app has now. */
  mint(client: string): Token
  find(text: string): Token | undefined
  /** Every token is expired from now on. */
  expireAll(): void
  /** PayPal does not know any token any more. */
  revokeAll(): void
  /** The scopes of tokens that are minted from now on. */
  grant(scopes: readonly string[]): void
  readonly minted: number
}

interface TokenOptions {
  readonly seed: number
  readonly scopes: readonly string[]
  /** In seconds. */
  readonly lifetime: number
  now(): number
}

export function createTokens({ seed, scopes, lifetime, now }: TokenOptions): Tokens {
  const random = randomStream(seedFor(seed, 'tokens'))
  const byText = new Map<string, Token>()
  let granted = scopes
  let minted = 0
  return {
    mint(client) {
      minted++
      const text = `A21AA${randomText(random, 80)}`
      const token = { text, client, scopes: granted, expiresAt: now() + lifetime }
      byText.set(text, token)
      return token
    },
    find: (text) => byText.get(text),
    expireAll() {
      for (const [text, token] of byText) byText.set(text, { ...token, expiresAt: now() })
    },
    revokeAll: () => byText.clear(),
    grant(next) {
      granted = next
    },
    get minted() {
      return minted
    },
  }
}
