import type { Config } from '../../config/load.ts'
import type { Credentials } from '../../provider/contract.ts'

/** A key of the configuration, as a job would use it. */
interface ConfiguredKey {
  readonly name: string
  readonly setting: string
  readonly credentials: Credentials
  /** What to do about a key that no job uses; null if jobs use it. */
  readonly isUnused: string | null
}

/** Names no tenant that has jobs. */
const nobody = '00000000-0000-0000-0000-000000000000'

/** Without its tenant a key is given as the token of a message. */
export function configuredKeys({ Stripe, Square, Shopify, PayPal }: Config): readonly ConfiguredKey[] {
  const key = (
    name: string,
    setting: string,
    given: { readonly token: string; readonly tenant: string | undefined },
  ) => ({
    name,
    setting,
    credentials: {
      tenantId: given.tenant ?? nobody,
      accessToken: given.tenant === undefined ? given.token : undefined,
    },
  })
  const unused = (setting: string, tenant: string | undefined) =>
    tenant === undefined ? `Name its tenant in ${setting}, or leave the key out.` : null
  return [
    ...(Stripe.ApiKey === undefined
      ? []
      : // Without a tenant it is the key of a platform.
        [{ ...key('stripe', 'Stripe.ApiKey', { token: Stripe.ApiKey, tenant: Stripe.ApiKeyTenant }), isUnused: null }]),
    ...(Square.AccessToken === undefined
      ? []
      : [
          {
            ...key('square', 'Square.AccessToken', { token: Square.AccessToken, tenant: Square.AccessTokenTenant }),
            isUnused: unused('Square.AccessTokenTenant', Square.AccessTokenTenant),
          },
        ]),
    ...(Shopify.AccessToken === undefined
      ? []
      : [
          {
            ...key('shopify', 'Shopify.AccessToken', {
              token: Shopify.Shop === undefined ? Shopify.AccessToken : `${Shopify.Shop}:${Shopify.AccessToken}`,
              tenant: Shopify.AccessTokenTenant,
            }),
            isUnused: unused('Shopify.AccessTokenTenant', Shopify.AccessTokenTenant),
          },
        ]),
    ...(PayPal.ClientId === undefined || PayPal.ClientSecret === undefined
      ? []
      : // Without a tenant it is the application of a platform.
        [
          {
            ...key('paypal', 'PayPal.ClientId', {
              token: JSON.stringify({ clientId: PayPal.ClientId, clientSecret: PayPal.ClientSecret }),
              tenant: PayPal.ClientTenant,
            }),
            isUnused: null,
          },
        ]),
  ]
}
