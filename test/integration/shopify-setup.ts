import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { readConfig } from '../../src/config/load.ts'
import { openDatabase } from '../../src/db/open.ts'
import { ownershipOf } from '../../src/erasure/ownership.ts'
import { createProviders } from '../../src/providers/index.ts'
import { createShopifySandbox, type SandboxOptions } from '../../src/sandbox/shopify/index.ts'
import { compare, isEqual } from '../../src/verify/compare.ts'
import { providerSettings } from '../../src/worker.ts'
import type { Exemption } from '../support/faults.ts'
import { setup } from '../support/setup.ts'
import { comparable, objectsByTable } from './shopify-objects.ts'

export const accessToken = 'sandbox:shpat_sandboxtoken0123456789'
export const tenantId = randomUUID()
/** The number of the sandbox's shop. */
export const account = '51000001'

interface Job {
  readonly status: string
  readonly error: unknown
  readonly result: {
    readonly note?: string
    readonly resources: Readonly<Record<string, { readonly proof?: { readonly equal: boolean } }>>
  }
}

/** A shop of Shopify's sandbox, a worker, and what differs between the two. */
export async function openShop({ exempt, ...options }: SandboxOptions & { readonly exempt?: Exemption } = {}) {
  // Its clock stands hours behind, so that it can be advanced without being ahead of the database's.
  const now = Math.floor(Date.now() / 1_000) - 10_000
  const shop = await createShopifySandbox({ orders: 300, points: 'none', now, ...options })
  onTestFinished(() => shop.close())
  const stack = await setup({
    sandbox: { customers: 1 },
    ...(exempt && { exempt }),
    settings: { Shopify__ApiBase: shop.url, Shopify__RequestsPerSecond: '1000' },
  })
  const send = async (fields: object): Promise<Job> => {
    const jobId = randomUUID()
    await stack.deliver({ jobId, tenantId, providerName: 'shopify', accessToken, additionalData: {}, ...fields })
    return (await stack.job(jobId)) as unknown as Job
  }
  const run = (additionalData: object = {}) => send({ additionalData })
  /** The ids of the rows that differ from what a complete copy holds, with their tables. */
  const differences = async () => {
    const differing: string[] = []
    for (const [table, objects] of Object.entries(objectsByTable(shop))) {
      const rows = await stack.query<{ id: string; raw: unknown }>(
        `select id, raw from ${table} where tenant_id = $1 and provider = 'shopify' and deleted_at is null order by id`,
        [tenantId],
      )
      const stored = new Map(rows.map(({ id, raw }) => [id, JSON.stringify(comparable(raw))]))
      const expected = new Map(objects.map((object) => [String(object.id), JSON.stringify(comparable(object))]))
      for (const id of new Set([...stored.keys(), ...expected.keys()]))
        if (stored.get(id) !== expected.get(id)) differing.push(`${table} ${id}`)
    }
    return differing
  }
  /** The resources in which `verify` finds a difference. */
  const verify = async () => {
    const config = readConfig({ environment: stack.environment, file: undefined })
    const provider = await createProviders(providerSettings(config))('shopify')
    const login = parseConnectionString(`${stack.url}?sslmode=disable`)
    const database = await openDatabase(login, { connections: 2, applicationName: 'verify' })
    const connected = provider.connect({ tenantId, accessToken })
    try {
      const compared = await compare({
        db: database.tenant(tenantId),
        clock: systemClock,
        account: connected,
        owner: { tenantId, provider: 'shopify', account },
        ownership: ownershipOf(provider.resources),
        resources: provider.resources.map(({ name }) => name),
        before: shop.now() + 1,
      })
      return compared
        .filter((comparison) => comparison.kind === 'compared')
        .filter((comparison) => !isEqual(comparison))
        .map(({ resource, missing, changed, extra }) => ({ resource, missing, changed, extra }))
    } finally {
      connected.close()
      await database.close()
    }
  }
  return { shop, stack, run, send, differences, verify }
}
