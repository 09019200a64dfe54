import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { subscriptions } from '../../src/db/schema.ts'
import { openIdsOf } from '../../src/job/open-ids.ts'
import type { ListSource } from '../../src/provider/contract.ts'
import { openTestDatabase } from '../support/database.ts'

test('rows that may still change are asked for by id, at most fifty, where the resource says which they are', async () => {
  const { tenant, query } = await openTestDatabase()
  const tenantId = randomUUID()
  const insert = (id: string, status: string, account = 'acct_1') =>
    query(
      `insert into subscriptions (tenant_id, provider, account, id, status, raw, observed_at) values ($1, 'paypal', $2, $3, $4, '{}', now())`,
      [tenantId, account, id, status],
    )
  await insert('open', 'ACTIVE')
  await insert('ended', 'CANCELLED')
  await insert('other', 'ACTIVE', 'acct_2')
  const openRows = { by: { column: 'status' }, values: ['ACTIVE'] }
  const source = { kind: 'list', name: 'subscriptions', table: subscriptions, openRows } as unknown as ListSource
  const key = { tenantId, provider: 'paypal', account: 'acct_1', seed: 'a' }
  expect(await openIdsOf(source, tenant(tenantId), key)).toEqual(['open'])
  const { openRows: _, ...closed } = source
  expect(await openIdsOf(closed, tenant(tenantId), key)).toEqual([])
  for (let n = 0; n < 60; n++) await insert(`more_${n}`, 'ACTIVE')
  expect(await openIdsOf(source, tenant(tenantId), key)).toHaveLength(50)
})
