import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { balanceTransactions, payments, refunds, type SyncedTable } from '../../src/db/schema.ts'
import { upsert } from '../../src/db/upsert.ts'
import { excludeErased } from '../../src/erasure/filter.ts'
import { ownershipOf } from '../../src/erasure/ownership.ts'
import { hashOf, placeTombstones } from '../../src/erasure/tombstones.ts'
import { resources } from '../../src/providers/stripe/resources/index.ts'
import type { ObservedRow } from '../../src/sync/rows.ts'
import { openTestDatabase } from '../support/database.ts'

const observedAt = new Date('2026-01-01T00:00:00Z')
const observed = (resource: string, table: SyncedTable, row: ObservedRow['row']): ObservedRow => ({
  resource,
  table,
  row,
  raw: row,
  observedAt,
})

test('a row about a stored row of an erased customer is excluded from the commit that removes the stored row', async () => {
  const { tenant, query } = await openTestDatabase()
  const ownership = ownershipOf(resources)
  const account = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1', jobId: randomUUID(), ownership }
  const refund = observed('refunds', refunds, { id: 're_1', paymentId: 'ch_1' } as ObservedRow['row'])
  const charge = observed('charges', payments, { id: 'ch_1', customerId: 'cus_1' } as ObservedRow['row'])
  const booked = observed('balance_transactions', balanceTransactions, {
    id: 'txn_1',
    sourceId: 're_1',
  } as ObservedRow['row'])
  const others = observed('balance_transactions', balanceTransactions, {
    id: 'txn_2',
    sourceId: 're_2',
  } as ObservedRow['row'])
  const db = tenant(account.tenantId)
  await db.within((tx) => upsert(tx, { table: refunds, ...account, rows: [refund] }))
  await db.within((tx) => placeTombstones(tx, account, [hashOf(account, 'cus_1')]))
  const [about, other] = ['re_1', 're_2'].map((source) => ({
    resource: 'balance_transactions',
    itemKey: `txn of ${source}`,
    code: 'invalid_item',
    reason: 'no id',
    payload: JSON.stringify({ source }),
  }))
  const candidates = { rows: [charge, booked, others], rejects: [about!, other!] }
  const left = await db.within((tx) => excludeErased(tx, account, candidates))
  expect([...left.rejects]).toEqual([about])
  expect([...left.rows].map(({ row }) => row.id)).toEqual(['ch_1', 'txn_1'])
  expect(left.removed.map(({ id }) => id)).toEqual(['re_1'])
  expect(await query('select id from refunds')).toEqual([])
})

test('a row about a reject of an erased customer is excluded, in this commit and in later ones', async () => {
  const { tenant } = await openTestDatabase()
  const account = {
    tenantId: randomUUID(),
    provider: 'stripe',
    account: 'acct_1',
    jobId: randomUUID(),
    ownership: ownershipOf(resources),
  }
  const payload = JSON.stringify({ id: 'ch_1', object: 'charge', customer: 'cus_1' })
  const charge = { resource: 'payments', itemKey: 'ch_1', code: 'database_data', reason: 'refused', payload }
  const refund = observed('refunds', refunds, { id: 're_1', paymentId: 'ch_1' } as ObservedRow['row'])
  const db = tenant(account.tenantId)
  await db.within((tx) => placeTombstones(tx, account, [hashOf(account, 'cus_1')]))
  const both = await db.within((tx) => excludeErased(tx, account, { rows: [refund], rejects: [charge] }))
  expect([[...both.rows], [...both.rejects]]).toEqual([[refund], [charge]])
  const later = await db.within((tx) => excludeErased(tx, account, { rows: [refund], rejects: [] }))
  expect([...later.rows]).toEqual([refund])
})
