import { expect, test } from 'vitest'
import { resources } from '../../src/providers/stripe/resources/index.ts'
import { nestedOf } from './stripe-objects.ts'
import { pathOf } from './stripe-paths.ts'
import { type ListEndpoint, listEndpoints } from './stripe-types.ts'

/*
 * Our resources against every list endpoint of the `stripe` package: after an update of it, a list that is new fails
 * here until it is read or excluded with a reason.
 */

/** Lists that need no parent and are not read. */
const excluded: Readonly<Record<string, string>> = {
  '/v1/events': 'what changed, not what is: the feed of incremental jobs',
  '/v2/core/events': 'what changed, not what is',
  '/v1/billing/credit_balance_transactions': 'the types say a customer is optional, the API refuses a list without one',
  '/v1/reporting/report_types':
    "Stripe's own catalogue, the same for every account; takes no parameter, not even a limit",
  '/v1/apps/secrets': 'secrets of an app, for one scope each',
}

/** Lists that need one: they are read embedded in it, or would take a request for each parent. */
const needsParent: readonly string[] = [
  '/v1/credit_notes/preview/lines',
  '/v1/entitlements/active_entitlements',
  '/v1/financial_connections/transactions',
  '/v1/issuing/tokens',
  '/v1/payment_attempt_records',
  '/v1/radar/value_list_items',
  '/v1/setup_attempts',
  '/v1/subscription_items',
  '/v1/treasury/credit_reversals',
  '/v1/treasury/debit_reversals',
  '/v1/treasury/inbound_transfers',
  '/v1/treasury/outbound_payments',
  '/v1/treasury/outbound_transfers',
  '/v1/treasury/received_credits',
  '/v1/treasury/received_debits',
  '/v1/treasury/transaction_entries',
  '/v1/treasury/transactions',
]

/** Lists that can be filtered by `created` and whose resource is not, with the reason. API v2 takes times as text. */
const unfiltered: Readonly<Record<string, string>> = {
  '/v1/product_catalog/trial_offers': 'an offer does not say when it was created',
}

const signal = new AbortController().signal
const query = { cursor: null, limit: 100 }
const paths = new Map<string, (typeof resources)[number]>()
for (const resource of resources)
  paths.set((await pathOf((connection) => resource.list(connection, query, signal))).replace(/\?.*/, ''), resource)
const nestedPaths = new Set<string>()
for (const nested of resources.flatMap(nestedOf))
  nestedPaths.add((await pathOf((connection) => nested.list(connection, 'parent', query, signal))).replace(/\?.*/, ''))

/** Objects that have a list which no list endpoint shows: it is in the object, if a request expands it. */
const retrievals: ReadonlySet<string> = new Set(['/v1/prices/:id', '/v1/subscriptions/:id'])

const endpoints = listEndpoints()
const parentless = (endpoint: ListEndpoint) => !endpoint.path.includes(':id') && !needsParent.includes(endpoint.path)

test('the package has as many lists as there were when this was written, or more', () => {
  expect(endpoints.length).toBeGreaterThanOrEqual(138)
  expect(endpoints.filter(({ path }) => !/^\/v[12]\/[a-z_/:0-9]+$/.test(path))).toEqual([])
})

test('every list that needs no parent is a resource, or excluded with a reason', () => {
  const unknown = endpoints.filter(parentless).map(({ path }) => path)
  expect(unknown.filter((path) => !paths.has(path) && !(path in excluded)).sort()).toEqual([])
})

test('every resource is a list of the API, once, and nothing is excluded or filed that is not there', () => {
  const known = new Set(endpoints.map(({ path }) => path))
  // Prices and coupons are listed once more, with what only an expansion shows.
  expect(paths.size).toBe(resources.length - 2)
  expect(new Set(resources.map(({ name }) => name)).size).toBe(resources.length)
  const filed = [...paths.keys(), ...Object.keys(excluded), ...needsParent, ...Object.keys(unfiltered)]
  expect(filed.filter((path) => !known.has(path))).toEqual([])
  expect(Object.keys(excluded).filter((path) => paths.has(path))).toEqual([])
  expect(
    [...nestedPaths]
      .map((path) => path.replace('parent', ':id'))
      .filter((path) => !known.has(path) && !retrievals.has(path)),
  ).toEqual([])
})

test('what needs a parent says so in its types', () => {
  const wrong = endpoints.filter(({ path, required }) => needsParent.includes(path) && required.length === 0)
  expect(wrong).toEqual([])
})

test('what a list does not work without is sent', async () => {
  for (const { path, required } of endpoints) {
    const resource = paths.get(path)
    if (!resource) continue
    const sent = new URLSearchParams(
      (await pathOf((connection) => resource.list(connection, query, signal))).split('?')[1],
    )
    expect(
      required.filter((name) => !sent.has(name)),
      path,
    ).toEqual([])
  }
})

test('a resource is sliced by creation time exactly where its list can be', () => {
  const can = ({ path, parameters }: ListEndpoint) =>
    path.startsWith('/v1/') && parameters.includes('created') && !(path in unfiltered)
  const differ = endpoints.filter((endpoint) => {
    const resource = paths.get(endpoint.path)
    return resource && can(endpoint) !== (resource.createdFilter !== undefined)
  })
  expect(differ.map(({ path }) => path)).toEqual([])
  const fields = [...paths].filter(([, { createdFilter }]) => createdFilter && createdFilter.field !== 'created')
  expect(fields.map(([path, { createdFilter }]) => [path, createdFilter])).toEqual([
    ['/v1/invoiceitems', { field: 'date' }],
  ])
})

test('one object is retrieved from the path of its list, which the API has', async () => {
  for (const { path, retrieves } of endpoints) {
    const resource = paths.get(path)
    if (!resource) continue
    expect(retrieves, path).toBe(true)
    const [objectPath] = (await pathOf(async (connection) => resource.retrieve?.(connection, 'a/b', signal))).split('?')
    expect(objectPath).toBe(`${path}/a%2Fb`)
  }
})
