import type { LiveEvents } from '../provider/live.ts'

/** The built-in providers that send events, a line each. */
const builtIn: Readonly<Record<string, () => Promise<LiveEvents>>> = {
  stripe: async () => (await import('./stripe/live/index.ts')).live,
  square: async () => (await import('./square/live/index.ts')).live,
  shopify: async () => (await import('./shopify/live/index.ts')).live,
  paypal: async () => (await import('./paypal/live/index.ts')).live,
}

/** The live events of a provider; null if it sends none that the worker knows. */
export async function providerLiveEvents(provider: string): Promise<LiveEvents | null> {
  return Object.hasOwn(builtIn, provider) ? ((await builtIn[provider]?.()) ?? null) : null
}
