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
      'paypal: the provider is not available yet. Send the job for stripe or square.',
    )
  },
}
