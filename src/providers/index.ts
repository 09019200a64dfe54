import { SyncError } from '../errors.ts'
import type { Provider } from '../provider/contract.ts'
import { type CustomSettings, openCustom } from './custom/index.ts'
import type { PayPalSettings } from './paypal/index.ts'
import type { ShopifySettings } from './shopify/index.ts'
import type { SquareSettings } from './square/index.ts'
import { type StripeSettings, stripe } from './stripe/index.ts'

export interface ProviderSettings {
  readonly stripe: StripeSettings
  readonly square: SquareSettings
  readonly shopify: ShopifySettings
  readonly paypal: PayPalSettings
  /** Absent: there are none. */
  readonly custom?: CustomSettings
}

export interface FindProvider {
  /** Finds a provider by its name. @throws SyncError with verdict `reject` */
  (name: string): Promise<Provider>
  /** All that can be found. */
  readonly all: readonly string[]
}

/** The built-in providers, a line each. A job loads the code of its own provider only. */
const builtIn: Readonly<Record<string, (settings: ProviderSettings) => Promise<Provider>>> = {
  stripe: async (settings) => stripe(settings.stripe),
  square: async (settings) => (await import('./square/index.ts')).square(settings.square),
  shopify: async (settings) => (await import('./shopify/index.ts')).shopify(settings.shopify),
  paypal: async (settings) => (await import('./paypal/index.ts')).paypal(settings.paypal),
}

/** Names that a custom provider may not have. */
export const builtInNames: readonly string[] = Object.keys(builtIn)

export function createProviders(settings: ProviderSettings, custom: readonly Provider[] = []): FindProvider {
  const opened = new Map(custom.map((provider) => [provider.name, Promise.resolve(provider)]))
  const names = [...builtInNames, ...opened.keys()]
  const find = async (name: string) => {
    const open = names.includes(name) ? builtIn[name] : undefined
    const provider = opened.get(name) ?? open?.(settings)
    if (provider) {
      opened.set(name, provider)
      return await provider
    }
    throw new SyncError(
      'reject',
      'unknown_provider',
      `provider: "${name}" is not known. Use a provider of this list: ${names.join(', ')}.`,
    )
  }
  return Object.assign(find, { all: names })
}

/** The built-in providers and the user's own. @throws SyncError `invalid_custom_provider` */
export async function openProviders(settings: ProviderSettings): Promise<FindProvider> {
  return createProviders(settings, settings.custom ? await openCustomProviders(settings.custom) : [])
}

/** The user's own providers. @throws SyncError `invalid_custom_provider` */
export async function openCustomProviders(settings: CustomSettings): Promise<readonly Provider[]> {
  const custom = await openCustom(settings)
  const taken = new Set(builtInNames)
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
