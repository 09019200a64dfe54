import type { Config } from '../config/load.ts'
import { createPayPalSandbox, sandboxApp } from '../sandbox/paypal/index.ts'
import type { Density } from '../sandbox/server/density.ts'
import { createShopifySandbox } from '../sandbox/shopify/index.ts'
import { createSquareSandbox } from '../sandbox/square/index.ts'
import { openSandbox } from '../sandbox/stripe/index.ts'
import { exampleProvider, hasExample, openExample } from './custom.ts'
import { type LiveAccount, livePayPal, liveShopify, liveSquare, liveStripe, newSecret } from './live-account.ts'

/** What a sandbox answers, where no account of the provider is configured. */
export interface SandboxSize {
  /** The token of a custom provider of the configuration. */
  readonly token?: string | undefined
  /** The tenant that the configured credentials, or the sandbox's, are read for. */
  readonly tenant: string
  readonly customers: number
  /** Milliseconds before each answer. */
  readonly latency: number
  readonly density: Density
  /** Whether the account is to change by itself. */
  readonly isLive?: boolean
}

/** The built-in providers that a local run can sync. */
export const builtInProviders = ['stripe', 'square', 'paypal', 'shopify'] as const

export interface OpenedProvider {
  /** The settings with which the worker reads it. */
  readonly settings: Partial<Pick<Config, 'Stripe' | 'Square' | 'PayPal' | 'Shopify' | 'Providers'>>
  /** What a message names, where the settings have no credentials: of a custom provider. */
  readonly accessToken?: string
  /** One line for the terminal. */
  readonly described: string
  /** The account, where it is a sandbox that can change by itself. */
  readonly live?: LiveAccount
  close(): Promise<void>
}

const builtIn: Readonly<Record<string, (config: Config, size: SandboxSize) => Promise<OpenedProvider>>> = {
  stripe: openStripe,
  square: openSquare,
  paypal: openPayPal,
  shopify: openShopify,
}

/** A provider's sandbox, or the account of the configured credentials. A custom provider has the token that is named. */
export function openProvider(name: string, config: Config, size: SandboxSize): Promise<OpenedProvider> {
  const { [name]: open } = builtIn
  if (open) return open(config, size)
  if (size.token !== undefined) return ofToken(size.token)
  if (name === exampleProvider && hasExample(config)) return openExample(config, { ...size, populatedUntil })
  throw new Error(
    `${name}: a custom provider needs a token. Put it in an environment variable, and name that with --token-env.`,
  )
}

/** A sandbox's clock runs, but its generated history ends here: a second start finds the objects of the first. */
const populatedUntil = Date.UTC(2026, 10, 1) / 1_000

async function openStripe({ Stripe }: Config, size: SandboxSize): Promise<OpenedProvider> {
  const { tenant, customers, latency, density } = size
  // The configured key is read as the own key of the tenant that the command is about.
  const section = { ...Stripe, ApiKeyTenant: tenant }
  if (Stripe.ApiKey)
    return configured(`the account of the configured key, at ${Stripe.ApiBase ?? 'https://api.stripe.com'}`, {
      Stripe: section,
    })
  const sandbox = await openSandbox({
    customers,
    latencyMs: latency,
    density,
    populatedUntil,
    // A destination has a version of its own.
    ...(size.isLive && { olderEvents: 0 }),
  })
  const WebhookSecret = newSecret()
  return {
    settings: { Stripe: { ...section, ApiKey: 'sk_live_sandbox', ApiBase: sandbox.url, WebhookSecret } },
    live: liveStripe(sandbox, WebhookSecret),
    described: `sandbox at ${sandbox.url}, ${customers.toLocaleString('en')} customers, ${latency} ms an answer, Stripe's limits (100 requests/s, 25 an endpoint)`,
    close: () => sandbox.close(),
  }
}

async function openSquare({ Square }: Config, size: SandboxSize): Promise<OpenedProvider> {
  const { tenant, customers, latency, density } = size
  const section = { ...Square, AccessTokenTenant: tenant }
  if (Square.AccessToken)
    return configured(`the seller of the configured token, at ${Square.ApiBase ?? 'the address of Square'}`, {
      Square: section,
    })
  const sandbox = await createSquareSandbox({
    payments: customers,
    counts: { customers },
    latencyMs: latency,
    density,
    populatedUntil,
  })
  const WebhookSecret = newSecret()
  const settings = {
    AccessToken: 'EAAAEsandboxtoken',
    Environment: 'sandbox',
    ApiBase: sandbox.url,
    WebhookSecret,
  } as const
  return {
    settings: { Square: { ...section, ...settings } },
    live: liveSquare(sandbox, WebhookSecret),
    described: `sandbox at ${sandbox.url}, ${customers.toLocaleString('en')} customers and payments, ${latency} ms an answer, limits as assumed of Square (5 requests/s)`,
    close: () => sandbox.close(),
  }
}

/** Without the limits of PayPal, which publishes none. */
async function openPayPal({ PayPal }: Config, size: SandboxSize): Promise<OpenedProvider> {
  const { tenant, customers, latency, density } = size
  const section = { ...PayPal, ClientTenant: tenant }
  if (PayPal.ClientSecret)
    return configured(`the account of the configured client, at ${PayPal.ApiBase ?? 'the address of PayPal'}`, {
      PayPal: section,
    })
  const sandbox = await createPayPalSandbox({
    transactions: customers,
    latencyMs: latency,
    density,
    limits: 'none',
    populatedUntil,
  })
  const { id: ClientId, secret: ClientSecret } = sandboxApp
  const settings = { ClientId, ClientSecret, Environment: 'sandbox', ApiBase: sandbox.url } as const
  return {
    settings: { PayPal: { ...section, ...settings, RequestsPerSecond: 20 } },
    live: livePayPal(sandbox),
    described: `sandbox at ${sandbox.url}, ${customers.toLocaleString('en')} transactions, ${latency} ms an answer, one request at a time without PayPal's limits (the worker asks it 20 times a second, and a real account once)`,
    close: () => sandbox.close(),
  }
}

async function openShopify({ Shopify }: Config, size: SandboxSize): Promise<OpenedProvider> {
  const { tenant, customers, latency, density } = size
  const section = { ...Shopify, AccessTokenTenant: tenant }
  if (Shopify.AccessToken)
    return configured(`the shop of the configured token, at ${Shopify.ApiBase ?? 'its address'}`, {
      Shopify: section,
    })
  const sandbox = await createShopifySandbox({
    orders: customers,
    counts: { customers },
    latencyMs: latency,
    density,
    populatedUntil,
    points: 'plus',
  })
  const WebhookSecret = newSecret()
  const settings = { AccessToken: 'shpat_sandbox', Shop: 'sandbox', ApiBase: sandbox.url, WebhookSecret }
  return {
    settings: { Shopify: { ...section, ...settings } },
    live: liveShopify(sandbox, WebhookSecret),
    described: `sandbox at ${sandbox.url}, ${customers.toLocaleString('en')} customers and orders, ${latency} ms an answer, Shopify's limits for Plus (1,000 points/s)`,
    close: () => sandbox.close(),
  }
}

const ofToken = async (accessToken: string): Promise<OpenedProvider> => ({
  settings: {},
  accessToken,
  described: 'custom, the account of the token of --token-env',
  async close() {},
})

const configured = (described: string, settings: OpenedProvider['settings']): Promise<OpenedProvider> =>
  Promise.resolve({ settings, described, async close() {} })
