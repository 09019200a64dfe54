import * as z from 'zod'
import { apiBase, environment, rate, secret, tenant, text, webhookSecret } from './setting-kinds.ts'

/** The sections of the built-in providers. */
export const providerSections = {
  Stripe: z.object({
    ApiKey: secret(
      'Secret or restricted key (sk_…, rk_…) for jobs of ApiKeyTenant without an accessToken. It is also the platform key for tokens of the form acct_….',
    ),
    ApiKeyTenant: tenant(
      'The tenant whose account ApiKey reads. Messages of this tenant need no accessToken. A message of any other tenant without one fails with no_credentials.',
    ),
    ConnectClientId: text('Client id of the Connect platform (ca_…). The worker does not use it.'),
    ConnectClientSecret: secret('Client secret of the Connect platform. The worker does not use it.'),
    WebhookSecret: webhookSecret(
      'Signing secret (whsec_…) of the webhook endpoint that belongs to ApiKey, for [live events](live-events.md) of every account.',
    ),
    PublishableKey: text('Publishable key (pk_…). The worker does not use it.'),
    ApiBase: apiBase(
      'Another host for the Stripe API. It must be public and https, or http on loopback. Without it: https://api.stripe.com.',
    ),
    RequestsPerSecond: rate(
      'Most requests a second for one account. Without it: 100 with a live key, 25 with a test key, as Stripe documents.',
    ),
    EndpointRequestsPerSecond: rate(
      'Most requests a second for one endpoint. Without it: 25, as Stripe documents. Raise it only if Stripe raised yours.',
    ),
  }),
  Square: z.object({
    AccessToken: secret('Access token of a seller for jobs of AccessTokenTenant without an accessToken.'),
    AccessTokenTenant: tenant(
      'The tenant whose seller AccessToken reads. A message of any other tenant without a token fails with no_credentials.',
    ),
    Environment: environment(
      'Whether the tokens are of production or of the sandbox of Square. Rows of the sandbox are of an account with :test in its name.',
    ),
    WebhookSecret: webhookSecret(
      'Signature key of the webhook subscription of the application, for [live events](live-events.md) of every merchant.',
    ),
    ApiBase: apiBase(
      'Another host for the Square API. It must be public and https, or http on loopback. Without it: https://connect.squareup.com, or https://connect.squareupsandbox.com for the sandbox.',
    ),
    RequestsPerSecond: rate(
      'Most requests a second for one seller. Without it: 5. Square publishes no limits, and limits whole applications.',
    ),
  }),
  Shopify: z.object({
    AccessToken: secret(
      'Access token of a shop for jobs of AccessTokenTenant without an accessToken. Without Shop it may be any form of accessToken: shop:token, or JSON of the shop with a token or with client credentials.',
    ),
    AccessTokenTenant: tenant(
      'The tenant whose shop AccessToken reads. A message of any other tenant without a token fails with no_credentials.',
    ),
    Shop: text('Name of the shop of AccessToken, before .myshopify.com.'),
    WebhookSecret: webhookSecret(
      'Client secret of the app, with which Shopify signs [live events](live-events.md) of every shop.',
    ),
    ApiBase: apiBase(
      'Another host for the Shopify API of all shops, such as a sandbox. It must be public and https, or http on loopback. Without it: https://SHOP.myshopify.com.',
    ),
    RequestsPerSecond: rate(
      'Most requests a second for one shop. Without it: 100. Shopify limits points a second, which the worker learns from each answer.',
    ),
  }),
  PayPal: z.object({
    ClientId: text(
      'Client id of an application, for jobs of ClientTenant without an accessToken. It is also the platform for tokens of the form merchant:ID.',
    ),
    ClientSecret: secret('Client secret of the application.'),
    ClientTenant: tenant(
      'The tenant whose account the application belongs to. A message of any other tenant without an accessToken fails with no_credentials.',
    ),
    Environment: environment(
      'Whether the clients are of production or of the sandbox of PayPal. Rows of the sandbox are of an account with :test in its name.',
    ),
    ApiBase: apiBase(
      'Another host for the PayPal API. It must be public and https, or http on loopback. Without it: https://api-m.paypal.com, or https://api-m.sandbox.paypal.com for the sandbox.',
    ),
    RequestsPerSecond: rate(
      'Most requests a second for one account, one at a time. Without it: 1. PayPal publishes no limits.',
    ),
  }),
}
