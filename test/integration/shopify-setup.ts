import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { SandboxOptions } from '../../src/sandbox/shopify/index.ts'
import { createCheckedShopify } from '../specs/checked-sandbox.ts'
import type { Exemption } from '../support/faults.ts'
import { setup } from '../support/setup.ts'
import { compareAccount, differingIn } from './compare-account.ts'
import { findCopyDifferences } from './copy-differences.ts'
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
  const shop = await createCheckedShopify({ orders: 300, points: 'none', now, ...options })
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
  /** The rows that differ from what a complete copy holds, with their tables. */
  const differences = () => {
    const expected = Object.entries(objectsByTable(shop)).flatMap(([table, objects]) =>
      objects.map((raw) => ({ table, key: String(raw.id), raw })),
    )
    return findCopyDifferences({ stack, tenantId, provider: 'shopify', comparable }, expected)
  }
  /** What `verify` says of each resource. */
  const compared = (resources?: readonly string[]) =>
    compareAccount({
      ...{ stack, tenantId, accessToken, account, provider: 'shopify', before: shop.now() + 1 },
      ...(resources && { resources }),
    })
  /** The resources in which `verify` finds a difference, and those that it skips. */
  const verify = async () => differingIn(await compared())
  return { shop, stack, run, send, differences, compared, verify }
}
