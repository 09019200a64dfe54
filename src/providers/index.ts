import { SyncError } from '../errors.ts'
import type { Provider } from '../provider/contract.ts'
import { type CustomSettings, openCustom } from './custom/index.ts'
import { type PayPalSettings, paypal } from './paypal/index.ts'
import { type ShopifySettings, shopify } from './shopify/index.ts'
import { type SquareSettings, square } from './square/index.ts'
import { type StripeSettings, stripe } from './stripe/index.ts'

export interface ProviderSettings {
  readonly stripe: StripeSettings
  readonly square: SquareSettings
  readonly shopify: ShopifySettings
  readonly paypal: PayPalSettings
  /** Absent: there are none. */
  readonly custom?: CustomSettings
}

/** Names that a custom provider may not have: their rows would be those of a built-in one. */
const reserved = ['stripe', 'square', 'paypal', 'shopify']

/** The built-in providers, a line each. The returned function finds one by name. @throws SyncError with verdict `reject` */
export function createProviders(
  settings: ProviderSettings,
  custom: readonly Provider[] = [],
): (name: string) => Provider {
  const providers = [
    stripe(settings.stripe),
    square(settings.square),
    shopify(settings.shopify),
    paypal(settings.paypal),
    ...custom,
  ]
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

/** The built-in providers and the user's own. @throws SyncError `invalid_custom_provider` */
export async function openProviders(settings: ProviderSettings): Promise<(name: string) => Provider> {
  return createProviders(settings, settings.custom ? await openCustomProviders(settings.custom) : [])
}

/** The user's own providers. @throws SyncError `invalid_custom_provider` */
export async function openCustomProviders(settings: CustomSettings): Promise<readonly Provider[]> {
  const custom = await openCustom(settings)
  const taken = new Set(reserved)
  for (const { name } of custom) {
    if (taken.has(name))
      throw new SyncError(
        'reject',
        'invalid_custom_provider',
        `provider: "${name}" is the name of a built-in or another custom provider. Give the manifest or module another name.`,
      )
    taken.add(name)
  }
  return custom
}
