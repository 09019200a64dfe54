import { SyncError } from '../errors.ts'
import type { Provider } from '../provider/contract.ts'

/** Declared, not there yet: a job for it fails with a sentence instead of waiting for ever. */
export const paypal: Provider = {
  name: 'paypal',
  resources: [],
  connect() {
    throw new SyncError(
      'reject',
      'provider_not_available',
      'paypal: declared, but not available yet; only stripe can be synced today',
    )
  },
}
