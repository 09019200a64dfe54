import type { Clock } from '../clock.ts'
import { SyncError } from '../errors.ts'
import { redactSecrets } from '../log/redact.ts'
import { createCache } from './cache.ts'
import { secretFailure } from './failure.ts'
import { type Reference, readReference } from './reference.ts'

/** The part of the configuration that references need. */
export interface SecretSettings {
  /** What a secret's name must begin with; `{tenantId}` stands for the job's tenant. */
  readonly prefix: string
  /** Another endpoint than the region's, for both stores. */
  readonly endpoint: string | undefined
  readonly region: string | undefined
}

/** The whole secret as the store has it; undefined for one that is not text. */
export type FetchSecret = (reference: Reference) => Promise<string | undefined>

interface Asked {
  readonly tenantId: string
  readonly accessToken: string | undefined
}

/** Reads what an access token refers to. A token that is no reference is returned as it is, and kept nowhere. */
export interface Secrets {
  /** @throws SyncError */
  open(asked: Asked): Promise<string | undefined>
  /** Asks the store again, now that `refused` is not accepted: it may have been replaced since it was kept. @throws SyncError */
  renew(asked: Asked, refused: string | undefined): Promise<string | undefined>
}

const limits = { ageMs: 300_000, entries: 1_000 } as const

/** Each secret is fetched once in five minutes by this process; jobs that need it at the same time wait for one fetch. */
export function createSecrets(settings: SecretSettings, clock: Pick<Clock, 'now'>, fetch = loadAws(settings)): Secrets {
  const cache = createCache(limits, clock)
  const coming = new Map<string, Promise<string>>()

  const look = (token: string, reference: Reference): Promise<string> => {
    const pending = coming.get(token)
    if (pending) return pending
    const one = read(reference, redactSecrets(token), fetch).finally(() => coming.delete(token))
    coming.set(token, one)
    return one.then((value) => {
      cache.set(token, value)
      return value
    })
  }

  return {
    async open({ tenantId, accessToken }) {
      const reference = accessToken === undefined ? undefined : readReference(accessToken)
      if (accessToken === undefined || !reference) return accessToken
      refuseForeign(reference, { tenantId, accessToken, prefix: settings.prefix })
      return cache.get(accessToken) ?? (await look(accessToken, reference))
    },
    async renew({ accessToken }, refused) {
      const reference = accessToken === undefined ? undefined : readReference(accessToken)
      if (accessToken === undefined || !reference) return accessToken
      const kept = cache.get(accessToken)
      // Another job of this tenant has looked already.
      return kept !== undefined && kept !== refused ? kept : look(accessToken, reference)
    },
  }
}

/** The SDK is loaded with the first secret: a cold start need not wait for it. */
function loadAws(settings: SecretSettings): FetchSecret {
  let opened: Promise<FetchSecret> | undefined
  return async (reference) => {
    opened ??= import('./aws.ts').then(({ openAws }) => openAws(settings))
    return (await opened)(reference)
  }
}

/** A message names only secrets of its own tenant, whatever the worker's role may read. @throws SyncError */
function refuseForeign({ name }: Reference, { tenantId, accessToken, prefix }: Asked & { readonly prefix: string }) {
  const expected = prefix.replaceAll('{tenantId}', tenantId).replace(/^\/+/, '')
  if (name.startsWith(expected)) return
  throw new SyncError(
    'reject',
    'secret_not_allowed',
    `secret: ${redactSecrets(accessToken ?? '')} is not this tenant's: its name must begin with ${expected} (Secrets.Prefix)`,
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
  if (!value) throw unusable(reference.key === undefined ? 'is empty or not text' : 'is no JSON object with that field')
  if (reference.key === undefined && value.startsWith('{'))
    throw unusable('is a JSON object; name the field that holds the token with #FIELD')
  // One step only: a secret that names another could go round for ever, and past the prefix.
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
