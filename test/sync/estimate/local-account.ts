import { setMaxListeners } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../../src/clock.ts'
import { openConfig } from '../../../src/config/load.ts'
import { planFull } from '../../../src/job/plan.ts'
import { openProviders, type ProviderSettings } from '../../../src/providers/index.ts'
import { chargebeeToken, openChargebee } from '../../../src/sandbox/custom/chargebee.ts'
import { sandboxApp } from '../../../src/sandbox/paypal/index.ts'
import type { Density } from '../../../src/sandbox/server/density.ts'
import { openSettings } from '../../../src/secrets/open-settings.ts'
import { backfill } from '../../../src/sync/backfill.ts'
import { estimate } from '../../../src/sync/estimate/estimate.ts'
import { withParts } from '../../../src/sync/partition.ts'
import { rateLimited } from '../../../src/sync/rate-limited.ts'
import { providerSettings } from '../../../src/worker.ts'
import {
  createCheckedPayPal,
  createCheckedShopify,
  createCheckedSquare,
  openCheckedStripe,
} from '../../specs/checked-sandbox.ts'

export const names = ['stripe', 'square', 'paypal', 'shopify', 'chargebee'] as const
export type Name = (typeof names)[number]

export interface Size {
  readonly density: Density
  readonly customers: number
  /** The same seed gives the same objects. Default 1. */
  readonly seed?: number
}

interface Opened {
  readonly settings: Partial<ProviderSettings>
  readonly token?: string
  close(): Promise<unknown>
}

const tenantId = '11111111-1111-4111-8111-111111111111'
/** No sandbox here has limits, so that a full run takes a second. */
const perSecond = 5_000

const open: Record<Name, (size: Size) => Promise<Opened>> = {
  async stripe({ density, customers, seed = 1 }) {
    const sandbox = await openCheckedStripe({ customers, density, seed, limits: 'none' })
    const stripe = { apiKey: 'sk_live_sandbox', apiKeyTenant: tenantId, apiBase: sandbox.url }
    return { settings: { stripe: { ...stripe, perSecond, endpointPerSecond: perSecond } }, close: sandbox.close }
  },
  async square({ density, customers, seed = 1 }) {
    const sandbox = await createCheckedSquare({
      payments: customers,
      counts: { customers },
      density,
      seed,
      limits: 'none',
    })
    const square = { accessToken: 'EAAAEsandboxtoken', accessTokenTenant: tenantId, apiBase: sandbox.url }
    return { settings: { square: { ...square, environment: 'sandbox', perSecond } }, close: sandbox.close }
  },
  async paypal({ density, customers, seed = 1 }) {
    const sandbox = await createCheckedPayPal({ transactions: customers, density, seed, limits: 'none' })
    const paypal = { clientId: sandboxApp.id, clientSecret: sandboxApp.secret, clientTenant: tenantId }
    const at = { environment: 'sandbox', apiBase: sandbox.url, perSecond } as const
    return { settings: { paypal: { ...paypal, ...at } }, close: sandbox.close }
  },
  async shopify({ density, customers, seed = 1 }) {
    const sandbox = await createCheckedShopify({
      orders: customers,
      counts: { customers },
      density,
      seed,
      points: 'none',
    })
    const shopify = { accessToken: 'shpat_sandbox', accessTokenTenant: tenantId, shop: 'sandbox', apiBase: sandbox.url }
    return { settings: { shopify: { ...shopify, perSecond } }, close: sandbox.close }
  },
  async chargebee({ density, customers, seed = 1 }) {
    const now = Math.floor(Date.now() / 1_000)
    const sandbox = await openChargebee({ customers, density, seed, now: 'running', populatedUntil: now })
    const directory = await mkdtemp(join(tmpdir(), 'estimate-'))
    const example = join(import.meta.dirname, '../../../examples/custom-providers/chargebee.json')
    const manifest: object = JSON.parse(await readFile(example, 'utf8'))
    const file = join(directory, 'chargebee.json')
    const limits = { requestsPerSecond: 1_000, concurrency: 32 }
    await writeFile(file, JSON.stringify({ ...manifest, baseUrl: `${sandbox.url}/api/v2`, limits }))
    return {
      settings: { custom: { manifests: [file], modules: [] } },
      token: chargebeeToken,
      async close() {
        await sandbox.close()
        await rm(directory, { recursive: true })
      },
    }
  },
}

/** A provider's sandbox without limits, to be estimated and to be counted. */
export async function openLocalAccount(name: Name, size: Size) {
  const opened = await open[name](size)
  const settings = { ...providerSettings(await openConfig(openSettings)), ...opened.settings }
  const provider = await (await openProviders(settings))(name)
  const account = provider.connect({ tenantId, accessToken: opened.token })
  const chosen = provider.resources.filter(({ optional }) => !optional)
  const resources = chosen.map((resource) => resource.name)
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  const read = () => rateLimited(account, resources, { clock: systemClock, waiting: signal, finishing: signal })
  return {
    async close() {
      account.close()
      await opened.close()
    },
    sources: () => account.sources,
    estimate: () =>
      estimate(
        { account, reading: read(), names: resources, clock: systemClock, now: Math.floor(Date.now() / 1_000) },
        signal,
      ),
    /** Items of each list that are there, as a full job finds them, and the requests that this takes. */
    async count() {
      const reading = read()
      const { slices } = planFull(await withParts(chosen, reading.sources, signal), { now: Date.now() })
      const ids = new Map<string, Set<string>>()
      const batches = backfill({
        ...reading,
        slices,
        pageSize: 100,
        pagesAhead: 32,
        pagesPerBatch: 16,
        gatherMs: 0,
        clock: systemClock,
        drainSignal: signal,
        abortSignal: signal,
        since: () => reading.since(signal),
        onFailure: () => {},
        onSplit: () => {},
      })
      for await (const { pages } of batches)
        for (const { rows } of pages)
          for (const { resource, row, embedded, deleted } of rows)
            if (!embedded && !deleted) ids.set(resource, (ids.get(resource) ?? new Set()).add(row.id))
      const counts: Record<string, number> = Object.fromEntries([...ids].map(([resource, set]) => [resource, set.size]))
      return { counts, requests: reading.requests() }
    },
  }
}

/** The same, for a worker: its settings as environment variables, and the token of a message. */
export async function openAccountForWorker(name: Name, size: Size) {
  const { settings, token, close } = await open[name](size)
  const { apiBase: url = '' } = { ...settings.stripe, ...settings.square, ...settings.paypal, ...settings.shopify }
  const messages = {
    stripe: { environment: { Stripe__ApiBase: url }, accessToken: settings.stripe?.apiKey },
    square: {
      environment: { Square__ApiBase: url, Square__Environment: 'sandbox', Square__RequestsPerSecond: '1000' },
      accessToken: settings.square?.accessToken,
    },
    paypal: {
      environment: { PayPal__ApiBase: url, PayPal__Environment: 'sandbox', PayPal__RequestsPerSecond: '1000' },
      accessToken: JSON.stringify({ clientId: sandboxApp.id, clientSecret: sandboxApp.secret }),
    },
    shopify: {
      environment: { Shopify__ApiBase: url, Shopify__RequestsPerSecond: '1000' },
      accessToken: `sandbox:${settings.shopify?.accessToken}`,
    },
    chargebee: {
      environment: { Providers__Manifests: settings.custom?.manifests.join() ?? '' },
      accessToken: token,
    },
  } satisfies Record<Name, { environment: Readonly<Record<string, string>>; accessToken: string | undefined }>
  return { ...messages[name], close }
}
