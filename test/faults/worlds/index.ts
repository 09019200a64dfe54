import { openCustomWorld } from './custom.ts'
import { openPayPalWorld } from './paypal.ts'
import { openShopifyWorld } from './shopify.ts'
import { openSquareWorld } from './square.ts'
import { openStripeWorld } from './stripe.ts'
import type { ProviderName, World, WorldOptions } from './world.ts'

/** Opens a provider, a line each. */
export const openWorld: Readonly<Record<ProviderName, (options: WorldOptions) => Promise<World>>> = {
  stripe: openStripeWorld,
  square: openSquareWorld,
  paypal: openPayPalWorld,
  shopify: openShopifyWorld,
  custom: openCustomWorld,
}
