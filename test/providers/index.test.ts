import { expect, it } from 'vitest'
import { createProviders } from '../../src/providers/index.ts'

const squareSettings = {
  accessToken: undefined,
  accessTokenTenant: undefined,
  environment: 'production',
  apiBase: undefined,
  perSecond: undefined,
} as const
const shopifySettings = { ...squareSettings, shop: undefined }
const settings = { apiKey: undefined, apiBase: undefined, perSecond: undefined, endpointPerSecond: undefined }
const paypalSettings = {
  clientId: undefined,
  clientSecret: undefined,
  clientTenant: undefined,
  environment: 'production',
  apiBase: undefined,
  perSecond: undefined,
} as const
const provider = createProviders({
  paypal: paypalSettings,
  stripe: settings,
  square: squareSettings,
  shopify: shopifySettings,
})

it('finds a provider by its name', async () => {
  const names = ['stripe', 'square', 'shopify', 'paypal']
  const providers = await Promise.all(names.map(provider))
  expect(providers.map(({ name }) => name)).toEqual(names)
})

for (const name of ['strip', 'Stripe', '', 'constructor', '__proto__'])
  it(`says which providers there are when asked for ${JSON.stringify(name)}`, async () => {
    await expect(provider(name)).rejects.toThrowError(
      expect.objectContaining({
        verdict: 'reject',
        code: 'unknown_provider',
        message: `provider: "${name}" is not known. Use a provider of this list: stripe, square, shopify, paypal.`,
      }),
    )
  })
