import { expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { openDatabase } from '../../src/db/open.ts'
import { eraseCustomer } from '../../src/erasure/customer.ts'
import { ownershipOf } from '../../src/erasure/ownership.ts'
import { stripe } from '../../src/providers/stripe/index.ts'
import { compare, isEqual } from '../../src/verify/compare.ts'
import { createRandom } from '../support/random.ts'
import { setup } from '../support/setup.ts'
import { type Endpoint, tenantIn } from './several-accounts.ts'

const resources = ['customers', 'products']

/** SEEDS=20 takes some minutes. */
const seeds = Number(process.env.SEEDS ?? 4)

/** What `verify` says of an account: the resources that differ, with its erased items. */
async function verify(url: string, tenantId: string, { sandbox, key, name }: Endpoint) {
  const database = await openDatabase(parseConnectionString(`${url}?sslmode=disable`), {
    connections: 2,
    applicationName: 'verify',
  })
  const provider = stripe({ apiKey: key, apiBase: sandbox.url, perSecond: undefined, endpointPerSecond: undefined })
  const account = provider.connect({ tenantId, accessToken: key })
  const compared = await compare({
    db: database.tenant(tenantId),
    clock: systemClock,
    account,
    owner: { tenantId, provider: 'stripe', account: name },
    ownership: ownershipOf(provider.resources),
    resources,
    before: Math.floor(Date.now() / 1_000) + 86_400,
  })
  account.close()
  await database.close()
  const comparisons = compared.filter((comparison) => comparison.kind === 'compared')
  return {
    differing: comparisons.filter((comparison) => !isEqual(comparison)),
    erased: comparisons.reduce((sum, { erased }) => sum + erased, 0),
  }
}

test(`two accounts, two modes, two tenants: full, incremental, killed, resumed, erased and verified, every row is right (${seeds} seeds)`, {
  timeout: 900_000,
}, async () => {
  for (let seed = 1; seed <= seeds; seed++) {
    const parts = await setup({ sandbox: { customers: 1 }, settings: { Worker__LeaseSeconds: '2' } })
    const tenants = [tenantIn(parts), tenantIn(parts)] as const
    const random = createRandom(seed)
    const verifications: (() => Promise<void>)[] = []
    for (const [at, tenant] of tenants.entries()) {
      const { account, sync, kill, liveIds, idsOf, query, tenantId, url } = tenant
      // Both tenants have the same ids.
      const number = seed * 10
      const accounts = [
        await account('acct_A', number + 1, 'sk_live_a'),
        await account('acct_B', number + 2, 'sk_live_b'),
        await account('acct_A', number + 3, 'sk_test_a'),
      ]
      const read = new Set<Endpoint>()
      for (let n = 0; n < 6; n++) {
        const endpoint = n < accounts.length ? (accounts[n] ?? expect.fail()) : random.pick(accounts)
        const additionalData = { resources, sync_type: random.pick(['full', 'incremental']), batch_size: 10 }
        read.add(endpoint)
        if (random.below(3) === 0) {
          const { request, running } = await kill(endpoint, { additionalData }, random.below(4))
          // Another job of the tenant may come between.
          if (random.below(2) === 0) await sync(random.pick([...read]), { additionalData })
          await sync(endpoint, { additionalData, jobId: request.jobId })
          await running
        } else await sync(endpoint, { additionalData })
        // Something is deleted in one account while another is synced.
        const changed = random.pick(accounts)
        const gone = random.pick(changed.sandbox.expected('customers', changed.live))
        changed.sandbox.remove('customers', String(gone.id))
      }
      for (const endpoint of accounts) {
        const { row } = await sync(endpoint, { additionalData: { resources } })
        expect({ seed, name: endpoint.name, row }).toMatchObject({ row: { status: 'completed', error: null } })
      }
      expect({ seed, ids: await liveIds() }).toEqual({ seed, ids: idsOf(...accounts) })

      const [a] = accounts
      const customer = String(random.pick(a?.sandbox.expected('customers', true) ?? []).id)
      const owner = await openDatabase(parseConnectionString(`${url}?sslmode=disable`), {
        connections: 1,
        applicationName: 'erase',
      })
      await eraseCustomer(
        { dryRun: false, within: (work) => owner.tenant(tenantId).within(work) },
        {
          tenantId,
          provider: 'stripe',
          account: 'acct_A',
          customer,
          ownership: ownershipOf(stripe({ apiKey: '', apiBase: '', perSecond: 1, endpointPerSecond: 1 }).resources),
        },
      )
      await owner.close()
      await sync(a ?? expect.fail(), { additionalData: { resources } })
      const ofCustomer = 'select id from customers where tenant_id = $1 and id = $2 and account = $3'
      expect(await query(ofCustomer, [tenantId, customer, 'acct_A'])).toEqual([])
      verifications.push(async () => {
        expect({ seed, at, ids: Object.keys(await liveIds()).toSorted() }).toEqual({
          seed,
          at,
          ids: accounts.map(({ name }) => name).toSorted(),
        })
        for (const endpoint of accounts)
          expect({ seed, at, name: endpoint.name, ...(await verify(url, tenantId, endpoint)) }).toEqual({
            seed,
            at,
            name: endpoint.name,
            differing: [],
            erased: endpoint === a ? 1 : 0,
          })
      })
      // The first tenant again after the second, which shares its tables and the names of its accounts.
      for (const isRight of verifications) await isRight()
    }
  }
})
