import { systemClock } from './clock.ts'
import type { Config } from './config/load.ts'
import type { OpenDatabase } from './db/open.ts'
import { openExchange, unreachable } from './http/exchange.ts'
import type { AuthenticationDeps } from './live/authenticate.ts'
import { type Certificates, createCertificates } from './live/certificates.ts'
import { openRoutes, type Routes } from './live/routes.ts'
import type { LiveEvents } from './provider/live.ts'
import { providerLiveEvents } from './providers/live.ts'
import { createSecrets } from './secrets/secrets.ts'

/** Finds the account of a live event, and checks whether the event is genuine. */
export interface EventOrigins extends AuthenticationDeps {
  readonly routes: Routes
  live(provider: string): Promise<LiveEvents | null>
  close(): void
}

/** Certificates are small, and a webhook must be answered within seconds. */
const certificateTimeoutMs = 4_000

/** `certificates`: those of a stand-in of PayPal. The entries of the worker give none, and have those of PayPal's hosts. */
export function openEventOrigins(
  config: Config,
  database: Pick<OpenDatabase, 'everyTenant'>,
  certificates?: Certificates,
): EventOrigins {
  const { Prefix: prefix, Endpoint: endpoint, Region: region } = config.Secrets
  const secrets = createSecrets({ prefix, endpoint, region }, systemClock)
  const exchange = openExchange({ provider: 'paypal', timeoutMs: certificateTimeoutMs })
  return {
    routes: openRoutes(database, systemClock.now),
    live: providerLiveEvents,
    async openSecret({ tenantId }, reference, refused) {
      const request = { tenantId, accessToken: reference }
      const secret = await (refused === undefined ? secrets.open(request) : secrets.renew(request, refused))
      return secret ?? ''
    },
    configured: configuredSecrets(config),
    certificates:
      certificates ??
      createCertificates({
        now: systemClock.now,
        async fetch({ hostname: host, pathname: path }) {
          const request = { host, port: 443, path, method: 'GET', headers: {}, insecure: false }
          const { status, body } = await exchange.send(request).catch((error) => {
            throw unreachable('paypal', error)
          })
          if (status === 200) return body.toString()
          if (status === 404) return null
          throw unreachable('paypal', new Error(`the certificate was answered with ${status}`))
        },
      }),
    close: () => exchange.close(),
  }
}

/** The configured signing secrets of a provider. While a secret is replaced, a setting has two. */
export function configuredSecrets({ Stripe, Square, Shopify }: Config): (provider: string) => readonly string[] {
  const settings = new Map([
    ['stripe', Stripe.WebhookSecret],
    ['square', Square.WebhookSecret],
    ['shopify', Shopify.WebhookSecret],
  ])
  return (provider) =>
    (settings.get(provider) ?? '')
      .split(',')
      .map((secret) => secret.trim())
      .filter((secret) => secret !== '')
}
