import { SyncError } from '../errors.ts'
import { secretFailure } from './failure.ts'
import { isReference, type Reference } from './reference.ts'
import type { FetchSecret, SecretSettings } from './store.ts'

/** The first secret loads the SDK, so that a cold start does not wait for it. */
export function loadAws(settings: SecretSettings): FetchSecret {
  let opened: Promise<FetchSecret> | undefined
  return async (reference) => {
    opened ??= import('./aws.ts').then(({ openAws }) => openAws(settings))
    return (await opened)(reference)
  }
}

/** The value that a reference stands for: a text, or a JSON object for a provider that takes several values. `shown` names it in errors. @throws SyncError */
export async function readSecret(reference: Reference, shown: string, fetch: FetchSecret): Promise<string> {
  let whole: string | undefined
  try {
    whole = await fetch(reference)
  } catch (error) {
    throw secretFailure(error, shown)
  }
  const value = (reference.key === undefined ? whole : fieldOf(whole, reference.key))?.trim()
  const unusable = (why: string) => new SyncError('reject', 'secret_unusable', `secret: ${shown} ${why}.`)
  if (!value)
    throw unusable(
      reference.key === undefined
        ? 'is empty or not text. Correct the secret'
        : 'is not a JSON object with that field. Correct the secret or the name after #',
    )
  // A reference in a secret is not followed: it could lead in a circle, or past the prefix.
  if (isReference(value)) throw unusable('holds another reference instead of a value. Put the value itself into it')
  return value
}

/** The same for a value that is never a JSON object. @throws SyncError */
export async function readValue(reference: Reference, shown: string, fetch: FetchSecret): Promise<string> {
  const value = await readSecret(reference, shown, fetch)
  if (reference.key !== undefined || !value.startsWith('{')) return value
  throw new SyncError(
    'reject',
    'secret_unusable',
    `secret: ${shown} is a JSON object. Name the field that holds the value with #FIELD.`,
  )
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
