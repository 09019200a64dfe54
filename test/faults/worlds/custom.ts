import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openChargebee } from '../../../src/sandbox/custom/chargebee.ts'
import type { ListFailureRule } from '../../../src/sandbox/custom/list-failure.ts'
import { changeChargebee, chargebeeObjects, chargebeeTables, pickId } from '../../integration/chargebee-objects.ts'
import { openClock } from './clock.ts'
import { type Fault, passingEverywhere, type World, type WorldOptions } from './world.ts'

const secret = 'test_cBcanary4eC39HqLyjWDarjtT1zdp7dc'
const manifest = 'examples/custom-providers/chargebee.json'

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
    tables: Object.fromEntries(chargebeeTables.map((table) => [table, 'id'])),
    *expected(scope = chargebeeTables) {
      for (const object of chargebeeObjects(server)) if (scope.includes(object.table)) yield object
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
      changeChargebee(server, random)
      // It leaves no trace: a full job alone finds it.
      if (changed === 'any') server.removeWhole('invoices', pickId(server, 'invoices', random))
      server.advance(60)
    },
    async close() {
      await server.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** The example has no fields to name and no locks. */
function ruleOf({ field: _, ...fault }: Fault): ListFailureRule {
  if (fault.kind === 'lock-timeout') throw new Error('world: the example has no locks')
  return fault
}
