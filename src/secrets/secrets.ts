import type { Clock } from '../clock.ts'
import { SyncError } from '../errors.ts'
import { redactSecrets } from '../log/redact.ts'
import { createCache } from './cache.ts'
import { secretFailure } from './failure.ts'
import { type Reference, readReference } from './reference.ts'
import type { FetchSecret, SecretSettings } from './store.ts'

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
    const fetched = read(reference, redactSecrets(token), fetch).finally(() => fetching.delete(token))
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

/** The first secret loads the SDK, so that a cold start does not wait for it. */
function loadAws(settings: SecretSettings): FetchSecret {
  let opened: Promise<FetchSecret> | undefined
  return async (reference) => {
    opened ??= import('./aws.ts').then(({ openAws }) => openAws(settings))
    return (await opened)(reference)
  }
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
    `secret: ${redactSecrets(accessToken ?? '')} does not belong to the tenant: its name must begin with ${expected} (Secrets.Prefix)`,
  )
}

async function read(reference: Reference, shown: string, fetch: FetchSecret): Promise<string> {
  let whole: string | undefined
  try {
    whole = await fetch(reference)
  } catch (error) {
    throw secretFailure(error, shown)
  }
  const value = (reference.key === undefined ? whole : fieldOf(whole, reference.key))?.trim()
  const unusable = (why: string) => new SyncError('reject', 'secret_unusable', `secret: ${shown} ${why}`)
  if (!value)
    throw unusable(reference.key === undefined ? 'is empty or not text' : 'is not a JSON object with that field')
  if (reference.key === undefined && value.startsWith('{'))
    throw unusable('is a JSON object; name the field that holds the token with #FIELD')
  // A reference in a secret is not followed: it could lead in a circle, or past the prefix.
  if (/^(?:arn:|ssm:)/i.test(value)) throw unusable('holds another reference instead of a token')
  return value
}

function fieldOf(text: string | undefined, key: string): string | undefined {
  try {
    const object: unknown = JSON.parse(text ?? '')
    if (typeof object !== 'object' || object === null || !Object.hasOwn(object, key)) return undefined
    const value: unknown = Reflect.get(object, key)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
