import { onTestFinished } from 'vitest'
import type { Page, Query } from '../../src/provider/contract.ts'
import { fields, list } from '../../src/provider/fields.ts'
import { type ShopifySettings, shopify } from '../../src/providers/shopify/index.ts'
import type { Failure, ResourceName, SandboxOptions } from '../../src/sandbox/shopify/index.ts'
import type { FailureKind } from '../contracts/exercise-provider.ts'
import { createCheckedShopify } from '../specs/checked-sandbox.ts'

export const token = 'shpat_secretsecret0123456789'
export const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
export const now = 1_790_000_000
export const never = new AbortController().signal

/** The lists of the API by the names of the resources. */
export const listOf: Readonly<Record<string, ResourceName>> = {
  customers: 'customers',
  products: 'products',
  selling_plan_groups: 'sellingPlanGroups',
  subscriptions: 'subscriptionContracts',
  billing_attempts: 'subscriptionBillingAttempts',
  orders: 'orders',
  disputes: 'disputes',
  payouts: 'payouts',
  balance_transactions: 'balanceTransactions',
}

export const settings = (over: Partial<ShopifySettings> = {}): ShopifySettings => ({
  accessToken: token,
  accessTokenTenant: tenantId,
  shop: 'sandbox',
  apiBase: undefined,
  perSecond: undefined,
  ...over,
})

/** A shop of the sandbox and the provider connected with it. */
export async function openShop(options: SandboxOptions = {}, over: Partial<ShopifySettings> = {}) {
  const sandbox = await createCheckedShopify({ orders: 300, points: 'none', now, ...options })
  onTestFinished(() => sandbox.close())
  const account = shopify(settings({ apiBase: sandbox.url, ...over })).connect({ tenantId, accessToken: undefined })
  onTestFinished(() => account.close())
  const source = (name: string) => {
    const source = account.sources.find((candidate) => candidate.name === name)
    if (!source) throw new Error(`no source ${name}`)
    return source
  }
  const nested = (parent: string, name: string) => source(parent).nested!.find((inner) => inner.name === name)!
  const page = (name: string, query: Partial<Query> = {}): Promise<Page> =>
    source(name).list({ cursor: null, limit: 10, window: { from: 0, to: null }, ...query }, never)
  return { sandbox, account, source, nested, page }
}

/** Every object of each resource as the provider asks for it, fetched by its id: without lists, windows or cursors. */
export async function everyObject(options: SandboxOptions): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const sandbox = await createCheckedShopify(options)
  const account = shopify(settings({ apiBase: sandbox.url })).connect({ tenantId, accessToken: undefined })
  const send = async (query: string, variables: object) => {
    const answer = await fetch(`${sandbox.url}/admin/api/2026-10/graphql.json`, {
      method: 'POST',
      headers: { 'x-shopify-access-token': token, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    })
    return fields(fields(await answer.json()).data)
  }
  const all = new Map<string, readonly unknown[]>()
  for (const source of account.sources) {
    await source.list({ cursor: null, limit: 1, window: { from: 0, to: null } }, never)
    const { query } = JSON.parse(sandbox.requests.at(-1)?.body ?? '') as { query: string }
    const fragments = query.slice(query.indexOf('fragment '))
    const [, name = ''] = /^fragment (\w+)/.exec(fragments) ?? []
    const ids = sandbox.expected(listOf[source.name]!).map(({ id }) => id)
    const objects: unknown[] = []
    for (let at = 0; at < ids.length; at += 250) {
      const optional = [...new Set(fragments.match(/\$\w+/g))]
        .map((variable) => `, ${variable}: Boolean! = true`)
        .join('')
      const document = `query all($ids: [ID!]!${optional}) { nodes(ids: $ids) { ...${name} } }\n${fragments}`
      objects.push(...(list((await send(document, { ids: ids.slice(at, at + 250) })).nodes) ?? []))
    }
    all.set(source.name, objects)
  }
  account.close()
  await sandbox.close()
  return all
}

/** How the sandbox causes each failure of the conformance suite. */
export const failures: Readonly<Record<FailureKind, Failure>> = {
  'the key is refused': { kind: 'key-revoked' },
  'the key may not read this': { kind: 'graphql-error', code: 'ACCESS_DENIED' },
  'too many requests': { kind: 'graphql-error', code: 'THROTTLED' },
  'the provider fails': { kind: 'error', status: 500 },
  'the answer is no JSON': { kind: 'html' },
  'the answer ends early': { kind: 'truncated' },
  'the answer is JSON of another shape': { kind: 'not-a-list' },
  'the connection is reset': { kind: 'reset' },
}

/** What Shopify answers where the points are not there: it says how many there are, and how fast they come back. */
export const throttled = {
  errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
  extensions: {
    cost: {
      requestedQueryCost: 100,
      actualQueryCost: null,
      throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: 5, restoreRate: 50 },
    },
  },
}
