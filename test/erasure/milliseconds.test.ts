import { expect, onTestFinished, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { everyAccount } from '../../src/db/account-key.ts'
import { openDatabase } from '../../src/db/open.ts'
import { eraseCustomer } from '../../src/erasure/customer.ts'
import { readPortion } from '../../src/erasure/owned-rows.ts'
import { ownershipOf } from '../../src/erasure/ownership.ts'
import { resources } from '../../src/providers/square/resources/index.ts'
import { openSquare, tenantId } from '../integration/square-setup.ts'

/* Square’s times have milliseconds. Lists are counted by seconds. */

test('what is erased counts in no list of a provider whose times have milliseconds', async () => {
  const { stack, run } = await openSquare({ payments: 200 })
  await run()
  const [person] = await stack.query<{ customer_id: string; payments: number }>(
    `select customer_id, count(*)::int as payments from payments where created_at <> date_trunc('second', created_at)
     and customer_id is not null group by 1 order by 2 desc limit 1`,
  )
  expect(person?.payments).toBeGreaterThan(0)
  const owner = parseConnectionString(`${stack.url}?sslmode=disable`)
  const database = await openDatabase(owner, { connections: 2, applicationName: 'erase' })
  onTestFinished(database.close)
  const ownership = ownershipOf(resources)
  const account = { tenantId, provider: 'square', account: everyAccount, ownership }
  const deps = { dryRun: false, within: database.tenant(tenantId).within }
  await eraseCustomer(deps, { ...account, customer: person?.customer_id ?? '' })
  const { result } = await run()
  const counted = Object.entries(result.resources).filter(([, { proof }]) => proof !== undefined)
  expect(counted.length).toBeGreaterThan(5)
  expect(counted.filter(([, { proof }]) => !proof?.equal)).toEqual([])
  // A checkpoint counts by whole seconds what an erasure takes out of it.
  for (const table of ownership.tables) {
    const rows = await database
      .tenant(tenantId)
      .read((tx) => readPortion(tx, { ...account, table, after: undefined, limit: 1_000 }))
    expect(rows.filter(({ created }) => created !== null && !Number.isInteger(created))).toEqual([])
  }
})
