import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChargebeeList, openChargebee } from '../../../src/sandbox/custom/chargebee.ts'
import type { ListFailureRule } from '../../../src/sandbox/custom/list-failure.ts'
import type { ExpectedObject } from '../../integration/copy-differences.ts'
import type { createRandom } from '../../support/random.ts'
import { openClock } from './clock.ts'
import { type Fault, type ItemFields, passingEverywhere, type World, type WorldOptions } from './world.ts'

const secret = 'test_cBcanary4eC39HqLyjWDarjtT1zdp7dc'
const manifest = 'examples/custom-providers/chargebee.json'

/** The lists of the example whose rows are whole objects, each with its table. */
const lists: Readonly<Record<string, ChargebeeList>> = {
  customers: 'customers',
  subscriptions: 'subscriptions',
  invoices: 'invoices',
  payments: 'transactions',
  products: 'items',
}
/** Comments and contacts. */
const withoutColumns = 'provider_objects'
const tables = [...Object.keys(lists), 'subscription_items', 'invoice_lines', withoutColumns]

/** A provider of the user's own: the example of a manifest, on its small server. */
export async function openCustomWorld({ customers = 100, now, ...options }: WorldOptions = {}): Promise<World> {
  const clock = openClock(now)
  const server = await openChargebee({ ...options, now: 'running', ...clock.options, customers, apiKey: secret })
  clock.begin(server)
  const directory = mkdtempSync(join(tmpdir(), 'billing-sync-world-'))
  /** A copy of the manifest with another limit is another file. */
  const settingsOf = (requestsPerSecond: number) => {
    const path = join(directory, `${requestsPerSecond}.json`)
    const example: object = JSON.parse(readFileSync(manifest, 'utf8'))
    const limits = { requestsPerSecond, concurrency: 16 }
    writeFileSync(path, JSON.stringify({ ...example, baseUrl: `${server.url}/api/v2`, limits }))
    return { Providers__Manifests: path }
  }
  return {
    provider: 'custom',
    providerName: 'chargebee',
    areCountsKnown: true,
    accessToken: JSON.stringify({ site: 'acme-test', apiKey: secret }),
    secret,
    settings: settingsOf(1_000),
    atMost: settingsOf,
    list: {
      resource: 'payments',
      requests: { path: '/api/v2/transactions' },
      bare: ({ id, date, updated_at, deleted }) => ({ id, date, updated_at, deleted }),
      reshaped: (item) => ({ ...item, amount: '12', status: ['x'], customer_id: { id: 'x' }, linked_invoices: 'x' }),
    },
    shortList: { resource: 'payments', requests: { path: '/api/v2/transactions' } },
    tables: Object.fromEntries(tables.map((table) => [table, 'id'])),
    *expected(scope = tables) {
      for (const object of objectsOf(server)) if (scope.includes(object.table)) yield object
    },
    now: server.now,
    advance: server.advance,
    fail: (fault) => server.fail(ruleOf(fault)),
    passing: [...passingEverywhere, { kind: 'error-in-200' }],
    changeList(random) {
      for (const { id } of server.expected('transactions'))
        server.update('transactions', String(id), { error_text: `newer ${random.below(1e9)}` })
    },
    change(random, changed) {
      server.advance(60)
      changeSome(server, random)
      // It leaves no trace: a full job alone finds it.
      if (changed === 'any') server.removeWhole('invoices', idOf(random.pick(server.expected('invoices'))))
      server.advance(60)
    },
    async close() {
      await server.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

type Server = Awaited<ReturnType<typeof openChargebee>>

const idOf = ({ id }: ItemFields) => String(id)

/** Changes that an incremental job sees. */
function changeSome(server: Server, random: ReturnType<typeof createRandom>): void {
  const pick = (list: ChargebeeList) => idOf(random.pick(server.expected(list)))
  const text = () => String(random.below(1e9))
  server.update('customers', pick('customers'), { email: `${text()}@example.com` })
  server.update('subscriptions', pick('subscriptions'), {
    status: 'active',
    subscription_items: [{ item_price_id: 'basic-EUR', quantity: random.below(9), unit_price: 1_000 }],
  })
  server.update('invoices', pick('invoices'), { status: 'voided' })
  server.update('items', pick('items'), { name: text() })
  const id = text()
  server.insert('customers', { id: `cus_${id}`, email: `${id}@example.com`, deleted: false })
  server.insert('transactions', { id: `txn_${id}`, type: 'payment', status: 'success', amount: 5, deleted: false })
  server.insert('comments', { id: `cmt_${id}`, entity_id: `cus_${id}` })
  for (const list of ['subscriptions', 'transactions', 'items'] as const)
    if (random.chance(0.3) && server.expected(list).length > 3) server.removeAsShown(list, pick(list))
}

/** What a complete copy holds. */
function* objectsOf(server: Server): Generator<ExpectedObject> {
  for (const [table, list] of Object.entries(lists))
    for (const raw of server.expected(list)) yield { table, key: idOf(raw), raw }
  for (const raw of server.expected('comments')) yield { table: withoutColumns, key: idOf(raw), raw }
  for (const customer of server.expected('customers'))
    for (const raw of server.contactsOf(idOf(customer))) yield { table: withoutColumns, key: idOf(raw), raw }
  for (const { id, subscription_items: items } of server.expected('subscriptions'))
    for (const raw of items as readonly ItemFields[])
      yield { table: 'subscription_items', key: `${id}:${raw.item_price_id}`, raw }
  for (const { line_items: lines } of server.expected('invoices'))
    for (const raw of (lines ?? []) as readonly ItemFields[]) yield { table: 'invoice_lines', key: idOf(raw), raw }
}

/** The example has no fields to name and no locks. */
function ruleOf({ field: _, ...fault }: Fault): ListFailureRule {
  if (fault.kind === 'lock-timeout') throw new Error('world: the example has no locks')
  return fault
}
