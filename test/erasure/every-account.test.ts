import { expect, onTestFinished, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { readConfig } from '../../src/config/load.ts'
import { everyAccount } from '../../src/db/account-key.ts'
import { openDatabase } from '../../src/db/open.ts'
import { eraseCustomer } from '../../src/erasure/customer.ts'
import { ownershipOf } from '../../src/erasure/ownership.ts'
import { createProviders } from '../../src/providers/index.ts'
import { providerSettings } from '../../src/worker.ts'
import { openTenant } from '../integration/several-accounts.ts'
import { exempt } from './erasure-setup.ts'

/** A tenant with two accounts of the same objects: their customers have the same ids. */
async function openTwins() {
  const parts = await openTenant({}, exempt)
  const { tenantId, url, environment, query } = parts
  const [a, b] = await Promise.all([parts.account('acct_A', 5, 'sk_live_a'), parts.account('acct_B', 5, 'sk_live_b')])
  const provider = await createProviders(providerSettings(readConfig({ environment, file: undefined })))('stripe')
  const database = await openDatabase(parseConnectionString(`${url}?sslmode=disable`), {
    connections: 2,
    applicationName: 'erase',
  })
  onTestFinished(database.close)
  const [first = '', second = ''] = a.sandbox.expected('customers').map(({ id }) => id)
  return {
    ...parts,
    a,
    b,
    first,
    second,
    erase: (customer: string, account: string) =>
      eraseCustomer(
        { dryRun: false, within: (work) => database.tenant(tenantId).within(work) },
        { tenantId, provider: 'stripe', account, customer, ownership: ownershipOf(provider.resources) },
      ),
    accountsWith: async (customer: string) =>
      (
        await query<{ account: string }>(
          'select account from customers where tenant_id = $1 and id = $2 order by account',
          [tenantId, customer],
        )
      ).map(({ account }) => account),
  }
}

test('a customer is erased from every account, also from one that comes later, unless an account is named', async () => {
  const { a, b, first, second, sync, erase, accountsWith } = await openTwins()
  await sync(a)
  await erase(first, everyAccount)
  // The second account is read for the first time after the erasure.
  await sync(b)
  expect(await accountsWith(first)).toEqual([])
  expect(await accountsWith(second)).toEqual(['acct_A', 'acct_B'])
  await erase(second, 'acct_A')
  expect(await accountsWith(second)).toEqual(['acct_B'])
  for (const endpoint of [a, b]) await sync(endpoint)
  expect(await accountsWith(first)).toEqual([])
  expect(await accountsWith(second)).toEqual(['acct_B'])
})
