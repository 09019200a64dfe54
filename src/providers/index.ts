import { SyncError } from '../errors.ts'
import type { Provider } from '../provider/contract.ts'
import { paypal } from './paypal.ts'
import { type ShopifySettings, shopify } from './shopify/index.ts'
import { type SquareSettings, square } from './square/index.ts'
import { type StripeSettings, stripe } from './stripe/index.ts'

export interface ProviderSettings {
  readonly stripe: StripeSettings
  readonly square: SquareSettings
  readonly shopify: ShopifySettings
}

/** The providers there are, a line each. The returned function finds one by name. @throws SyncError with verdict `reject` */
export function createProviders(settings: ProviderSettings): (name: string) => Provider {
  const providers = [stripe(settings.stripe), square(settings.square), shopify(settings.shopify), paypal]
  return (name) => {
    const provider = providers.find((candidate) => candidate.name === name)
    if (provider) return provider
    const known = providers.map((candidate) => candidate.name).join(', ')
    throw new SyncError(
      'reject',
      'unknown_provider',
      `provider: "${name}" is not known. Use a provider of this list: ${known}.`,
    )
  }
}
