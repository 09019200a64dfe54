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
const provider = createProviders({ stripe: settings, square: squareSettings, shopify: shopifySettings })

it('finds a provider by its name', () => {
  const names = ['stripe', 'square', 'shopify', 'paypal']
  expect(names.map((name) => provider(name).name)).toEqual(names)
})

for (const name of ['strip', 'Stripe', '', 'constructor', '__proto__'])
  it(`says which providers there are when asked for ${JSON.stringify(name)}`, () => {
    expect(() => provider(name)).toThrowError(
      expect.objectContaining({
        verdict: 'reject',
        code: 'unknown_provider',
        message: `provider: "${name}" is not known. Use a provider of this list: stripe, square, shopify, paypal.`,
      }),
    )
  })

it('declares PayPal without resources and refuses to connect to it in a sentence', () => {
  expect(provider('paypal').resources).toEqual([])
  expect(() => provider('paypal').connect({ tenantId: 'any', accessToken: 'A21AA-secret' })).toThrowError(
    expect.objectContaining({
      verdict: 'reject',
      code: 'provider_not_available',
      message: 'paypal: the provider is not available yet. Send the job for stripe or square.',
    }),
  )
})
