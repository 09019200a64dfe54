import { setMaxListeners } from 'node:events'
import { createClock } from '../server/clock.ts'
import { createFailureRules } from '../server/failure-rules.ts'
import { listen } from '../server/listen.ts'
import { randomStream, seedFor } from '../server/random.ts'
import type { Hook } from '../server/request-listener.ts'
import { createTraffic, type RequestSeen, type Stats } from '../server/traffic.ts'
import { createAccounts, type MerchantAccess } from './accounts.ts'
import type { Failure, FailureRule } from './failure.ts'
import { createPayPalListener } from './listener.ts'
import { type SandboxOptions, sandboxApp, sandboxMerchant } from './options.ts'
import { allScopes, withoutReporting } from './scopes.ts'
import { hour } from './timestamps.ts'
import { createTokens } from './tokens.ts'

export interface Sandbox extends MerchantAccess {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
  /** Each request as it was sent, with its body. */
  readonly requests: readonly RequestSeen[]
  /** The data of another merchant of the platform. What the sandbox itself has is the first one's. */
  accessTo(merchant: string): MerchantAccess
  stats(): Stats
  /** The provider's clock, in unix seconds. */
  now(): number
  advance(seconds: number): void
  /** How many tokens were minted. */
  tokensMinted(): number
  /** All tokens are expired, or unknown to PayPal, from now on. */
  expireTokens(): void
  revokeTokens(): void
  /** Tokens that are minted from now on have these scopes. PayPal gives Transaction Search to new tokens only. */
  grant(scopes: readonly string[]): void
  /** Makes requests fail from now on. Returns a function that ends it. */
  fail(rule: FailureRule): () => void
  /** Calls the hook with each request. Returns a function that removes the hook. */
  onRequest(hook: Hook): () => void
  /** Closes all connections, answered or not. */
  close(): Promise<void>
}

/** Starts a local server that behaves like PayPal's API, written from its specifications. The caller must close it. */
export async function createPayPalSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { seed = 1, merchants = [sandboxMerchant], tokenLifetime = 9 * hour, transactionSearch = true } = options
  const clock = createClock(options.now)
  const { populatedUntil = clock.now() } = options
  // Nothing happened in the future, even on a machine whose clock is behind the history.
  clock.advance(Math.max(0, populatedUntil - clock.now()))
  const accounts = createAccounts({ ...options, populatedUntil, seed, merchants }, clock)
  const tokens = createTokens({
    seed,
    scopes: transactionSearch ? allScopes : withoutReporting,
    lifetime: tokenLifetime,
    now: clock.now,
  })
  const { clients = { [sandboxApp.id]: sandboxApp.secret } } = options
  const failures = createFailureRules<Failure>(randomStream(seedFor(seed, 'failures')))
  const traffic = createTraffic('paypal-auth-assertion')
  const hooks = new Set<Hook>()
  const closing = new AbortController()
  // Every request that waits listens to this signal. Node would warn of a leak at the eleventh.
  setMaxListeners(0, closing.signal)
  const identities = { clients, merchants, tokens, now: clock.now }
  const parts = { identities, merchantOf: accounts.merchantOf, clock, failures, traffic, hooks, signal: closing.signal }
  const server = await listen(createPayPalListener(options, parts), options.port ?? 0)

  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    requests: traffic.requests,
    ...accounts.accessTo(merchants[0] ?? sandboxMerchant),
    accessTo: accounts.accessTo,
    stats: traffic.stats,
    now: clock.now,
    advance: clock.advance,
    tokensMinted: () => tokens.minted,
    expireTokens: tokens.expireAll,
    revokeTokens: tokens.revokeAll,
    grant: tokens.grant,
    fail: failures.add,
    onRequest(hook) {
      hooks.add(hook)
      return () => void hooks.delete(hook)
    },
    close() {
      closing.abort()
      return server.close()
    },
  }
}
