import type { Clock } from '../clock.ts'
import { SyncError } from '../errors.ts'
import { redactSecrets } from '../log/redact.ts'
import { createCache } from './cache.ts'
import { loadAws, readSecret } from './read-secret.ts'
import { type Reference, readReference } from './reference.ts'
import type { SecretSettings } from './store.ts'

interface TokenRequest {
  readonly tenantId: string
  readonly accessToken: string | undefined
}

/** Reads the secret that an access token refers to. A token that is not a reference is returned as it is, and not cached. */
export interface Secrets {
  /** @throws SyncError */
  open(request: TokenRequest): Promise<string | undefined>
  /** Reads the secret again after the provider refused `refused`: it may be newer than the cache. @throws SyncError */
  renew(request: TokenRequest, refused: string | undefined): Promise<string | undefined>
}

const limits = { ageMs: 300_000, entries: 1_000 } as const

/** A process fetches a secret once in five minutes. Jobs that need it at the same time wait for one fetch. */
export function createSecrets(settings: SecretSettings, clock: Pick<Clock, 'now'>, fetch = loadAws(settings)): Secrets {
  const cache = createCache(limits, clock)
  const fetching = new Map<string, Promise<string>>()

  const refresh = (token: string, reference: Reference): Promise<string> => {
    const pending = fetching.get(token)
    if (pending) return pending
    const fetched = readSecret(reference, redactSecrets(token), fetch).finally(() => fetching.delete(token))
    fetching.set(token, fetched)
    return fetched.then((value) => {
      cache.set(token, value)
      return value
    })
  }

  const open = async ({ tenantId, accessToken }: TokenRequest, refused?: string) => {
    const reference = accessToken === undefined ? undefined : readReference(accessToken)
    if (accessToken === undefined || !reference) return accessToken
    refuseForeign(reference, { tenantId, accessToken, prefix: settings.prefix })
    const cached = cache.get(accessToken)
    // If the provider refused an older value, another job of this tenant may have read the new one already.
    return cached !== undefined && cached !== refused ? cached : refresh(accessToken, reference)
  }

  return { open: (request) => open(request), renew: open }
}

/** A message may name the secrets of its tenant only, whatever the role of the worker may read. @throws SyncError */
function refuseForeign(
  { name }: Reference,
  { tenantId, accessToken, prefix }: TokenRequest & { readonly prefix: string },
) {
  const expected = prefix.replaceAll('{tenantId}', tenantId).replace(/^\/+/, '')
  if (name.startsWith(expected)) return
  throw new SyncError(
    'reject',
    'secret_not_allowed',
    `secret: ${redactSecrets(accessToken ?? '')} does not belong to the tenant, because its name does not begin with ${expected}. Move the secret there, or change Secrets.Prefix.`,
  )
}
