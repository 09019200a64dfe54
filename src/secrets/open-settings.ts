import { SyncError } from '../errors.ts'
import { redactSecrets } from '../log/redact.ts'
import { loadAws, readValue } from './read-secret.ts'
import { readReference } from './reference.ts'
import type { SecretSettings } from './store.ts'

/** A setting that names a secret instead of holding it. */
export interface ReferringSetting {
  /** Section and name: `Stripe.ApiKey`. */
  readonly field: string
  readonly reference: string
}

/**
 * Reads the secrets that settings refer to, each once. Any name is allowed: the settings are the operator's.
 * @returns the values by field. @throws SyncError that names the setting
 */
export async function openSettings(
  settings: readonly ReferringSetting[],
  stores: Pick<SecretSettings, 'endpoint' | 'region'>,
): Promise<ReadonlyMap<string, string>> {
  const fetch = loadAws({ prefix: '', ...stores })
  const whole = new Map<string, Promise<string | undefined>>()
  const values = settings.map(async ({ field, reference }) => {
    try {
      const parsed = readReference(reference, `the setting ${field}`)
      if (!parsed) return [field, reference] as const
      const fetchOnce = () => {
        const key = `${parsed.region} ${parsed.id}`
        const fetched = whole.get(key) ?? fetch(parsed)
        whole.set(key, fetched)
        return fetched
      }
      return [field, await readValue(parsed, redactSecrets(reference), fetchOnce)] as const
    } catch (error) {
      if (!(error instanceof SyncError)) throw error
      throw new SyncError(error.verdict, error.code, `${error.message} The setting ${field} refers to it.`, {
        cause: error.cause,
      })
    }
  })
  return new Map(await Promise.all(values))
}
