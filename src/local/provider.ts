import type { Config } from '../config/load.ts'
import { createShopifySandbox } from '../sandbox/shopify/index.ts'
import { createSquareSandbox } from '../sandbox/square/index.ts'
import { openSandbox } from '../sandbox/stripe/index.ts'

/** What a sandbox answers, where no account of the provider is configured. */
export interface SandboxSize {
  /** The tenant that the configured credentials, or the sandbox's, are read for. */
  readonly tenant: string
  readonly customers: number
  /** Milliseconds before each answer. */
  readonly latency: number
  readonly density: 'growing' | 'uniform' | 'burst' | 'same-second'
}

/** The providers that a local run can sync. */
export const localProviders = ['stripe', 'square', 'shopify'] as const

export type LocalProvider = (typeof localProviders)[number]

/** The sections of the providers. */
type Sections = Pick<Config, 'Stripe' | 'Square' | 'Shopify'>

interface OpenedProvider {
  /** The settings with which the worker reads it. */
  readonly settings: Sections
  /** One line for the terminal. */
  readonly described: string
  close(): Promise<void>
}

/** A provider's sandbox, or the account of the configured credentials. */
export function openProvider(name: LocalProvider, config: Config, size: SandboxSize): Promise<OpenedProvider> {
  const open = { stripe: openStripe, square: openSquare, shopify: openShopify }
  const { Stripe, Square, Shopify } = config
  return open[name]({ Stripe, Square, Shopify }, size)
}

/** A sandbox's clock runs, but its generated history ends here: a second start finds the objects of the first. */
const populatedUntil = Date.UTC(2026, 10, 1) / 1_000

async function openStripe({ Stripe, ...others }: Sections, size: SandboxSize): Promise<OpenedProvider> {
  const { tenant, customers, latency, density } = size
  // The configured key is read as the own key of the tenant that the command is about.
  const own = { ...Stripe, ApiKeyTenant: tenant }
  if (Stripe.ApiKey)
    return configured(`the account of the configured key, at ${Stripe.ApiBase ?? 'https://api.stripe.com'}`, {
      ...others,
      Stripe: own,
    })
  const sandbox = await openSandbox({ customers, latencyMs: latency, density, populatedUntil })
  return {
    settings: { ...others, Stripe: { ...own, ApiKey: 'sk_live_sandbox', ApiBase: sandbox.url } },
    described: `sandbox at ${sandbox.url}, ${customers.toLocaleString('en')} customers, ${latency} ms an answer, Stripe's limits (100 requests/s, 25 an endpoint)`,
    close: () => sandbox.close(),
  }
}

async function openSquare({ Square, ...others }: Sections, size: SandboxSize): Promise<OpenedProvider> {
  const { tenant, customers, latency, density } = size
  const own = { ...Square, AccessTokenTenant: tenant }
  if (Square.AccessToken)
    return configured(`the seller of the configured token, at ${Square.ApiBase ?? 'the address of Square'}`, {
      ...others,
      Square: own,
    })
  const sandbox = await createSquareSandbox({
    payments: customers,
    counts: { customers },
    latencyMs: latency,
    density,
    populatedUntil,
  })
  const settings = { AccessToken: 'EAAAEsandboxtoken', Environment: 'sandbox', ApiBase: sandbox.url } as const
  return {
    settings: { ...others, Square: { ...own, ...settings } },
    described: `sandbox at ${sandbox.url}, ${customers.toLocaleString('en')} customers and payments, ${latency} ms an answer, limits as assumed of Square (5 requests/s)`,
    close: () => sandbox.close(),
  }
}

async function openShopify({ Shopify, ...others }: Sections, size: SandboxSize): Promise<OpenedProvider> {
  const { tenant, customers, latency, density } = size
  const own = { ...Shopify, AccessTokenTenant: tenant }
  if (Shopify.AccessToken)
    return configured(`the shop of the configured token, at ${Shopify.ApiBase ?? 'its address'}`, {
      ...others,
      Shopify: own,
    })
  const sandbox = await createShopifySandbox({
    orders: customers,
    counts: { customers },
    latencyMs: latency,
    density,
    populatedUntil,
    points: 'plus',
  })
  const settings = { AccessToken: 'shpat_sandbox', Shop: 'sandbox', ApiBase: sandbox.url }
  return {
    settings: { ...others, Shopify: { ...own, ...settings } },
    described: `sandbox at ${sandbox.url}, ${customers.toLocaleString('en')} customers and orders, ${latency} ms an answer, Shopify's limits for Plus (1,000 points/s)`,
    close: () => sandbox.close(),
  }
}

const configured = (described: string, settings: OpenedProvider['settings']): Promise<OpenedProvider> =>
  Promise.resolve({ settings, described, async close() {} })
