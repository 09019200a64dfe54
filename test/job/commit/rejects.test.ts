import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { hasRejects, moveUnknownRejects, removeStoredRejects, storeRejects } from '../../../src/job/commit/rejects.ts'
import { openTestDatabase } from '../../support/database.ts'

const tenantId = randomUUID()
const live = { tenantId, provider: 'stripe', account: 'acct_1' }
const inTest = { ...live, account: 'acct_1:test' }

interface Kept {
  readonly tenant_id: string
  readonly provider: string
  readonly account: string
  readonly resource: string
  readonly item_key: string
  readonly payload: string
}

const kept: Kept = {
  tenant_id: tenantId,
  provider: 'stripe',
  account: 'acct_1',
  resource: 'customers',
  item_key: 'cus_1',
  payload: '{"livemode": true}',
}

/** A table with these rejects. The reason of each is its name here. */
async function open(rejects: Readonly<Record<string, Partial<Kept>>>) {
  const { db, query } = await openTestDatabase()
  for (const [name, changed] of Object.entries(rejects)) {
    const { tenant_id, provider, account, resource, item_key, payload } = { ...kept, ...changed }
    await query(
      `insert into sync_rejects (tenant_id, provider, account, resource, item_key, payload, reason, job_id, code)
       values ($1, $2, $3, $4, $5, $6, $7, gen_random_uuid(), 'x')`,
      [tenant_id, provider, account, resource, item_key, payload, name],
    )
  }
  return {
    db,
    query,
    names: async () => (await query('select reason from sync_rejects order by reason')).map(({ reason }) => reason),
    accounts: async () =>
      Object.fromEntries(
        (await query('select reason, account from sync_rejects')).map(({ reason, account }) => [reason, account]),
      ),
  }
}

/** Rejects that differ from the one that is meant in a single column. */
const others = {
  'another tenant': { tenant_id: randomUUID() },
  'another provider': { provider: 'paypal' },
  'another account': { account: 'acct_2' },
  'another resource': { resource: 'invoices' },
  'another item': { item_key: 'cus_2' },
}

const unknown = { account: 'unknown' }
const notRecorded = {
  'unknown, live': { ...unknown, item_key: 'cus_live', payload: '{"livemode": true}' },
  'unknown, test mode': { ...unknown, item_key: 'cus_test', payload: '{"livemode" : false, "n": 1' },
  'unknown, no mode': { ...unknown, item_key: 'cus_none', payload: 'nothing' },
}

test.each([
  [live, 'unknown, test mode'],
  [inTest, 'unknown, live'],
])('what $0.account has stored is taken out, and nothing beside it', async (key, left) => {
  const { db, names } = await open({ 'the item': { account: key.account }, ...others, ...notRecorded })
  const ids = ['cus_1', 'cus_live', 'cus_test', 'cus_none', 'cus_never']
  await removeStoredRejects(
    db,
    key,
    ids.map((id) => ({ resource: 'customers', id })),
  )
  expect(await names()).toEqual([...Object.keys(others), left].toSorted())
})

test('where nothing was stored, nothing is taken out', async () => {
  const { db, names } = await open({ 'the item': {}, ...others })
  await removeStoredRejects(db, live, [])
  expect(await names()).toHaveLength(6)
})

test.each([
  [live, 'unknown, test mode'],
  [inTest, 'unknown, live'],
])('$0.account adopts the rejects without an account, except those of the other mode', async (key, left) => {
  const foreign = {
    'of another tenant': { ...unknown, tenant_id: randomUUID() },
    'of another provider': { ...unknown, provider: 'paypal' },
  }
  const { db, accounts } = await open({ ...notRecorded, ...foreign, 'another account': { account: 'acct_2' } })
  await moveUnknownRejects(db, key)
  expect(await accounts()).toEqual({
    ...Object.fromEntries(Object.keys(notRecorded).map((name) => [name, name === left ? 'unknown' : key.account])),
    'of another tenant': 'unknown',
    'of another provider': 'unknown',
    'another account': 'acct_2',
  })
})

test('a reject that the account has itself is kept as it is, and the one without an account goes', async () => {
  const { db, accounts } = await open({ former: unknown, 'the account’s own': {} })
  await moveUnknownRejects(db, live)
  expect(await accounts()).toEqual({ 'the account’s own': 'acct_1' })
})

test.each(Object.entries(others))('a reject of %s takes nothing from those that are adopted', async (_, other) => {
  const { db, accounts } = await open({ former: unknown, other })
  await moveUnknownRejects(db, live)
  expect(await accounts()).toEqual({ former: 'acct_1', other: { ...kept, ...other }.account })
})

const rejectOf = (itemKey: string, reason = 'item: no') => ({
  resource: 'customers',
  itemKey,
  code: 'invalid_item',
  reason,
  payload: '{"a":"\\u0000"}',
})

test('the last try of an item is the one that is kept, within a page and over jobs', async () => {
  const { db, query } = await open({})
  const [first, second] = [randomUUID(), randomUUID()]
  await storeRejects(db, { ...live, jobId: first }, [rejectOf('cus_1', 'first'), rejectOf('cus_1', 'again')])
  const stored = () => query('select item_key, reason, job_id, payload from sync_rejects order by item_key')
  const row = { item_key: 'cus_1', payload: '{"a":"\\ufffd"}' }
  expect(await stored()).toEqual([{ ...row, reason: 'again', job_id: first }])
  await storeRejects(db, { ...live, jobId: second }, [rejectOf('cus_1', 'later')])
  expect(await stored()).toEqual([{ ...row, reason: 'later', job_id: second }])
})

test.each([1, 500, 1_000, 1_001])('%i rejects of one commit are all stored', async (many) => {
  const { db, query } = await open({})
  const rejects = Array.from({ length: many }, (_, at) => rejectOf(`cus_${at}`))
  await storeRejects(db, { ...live, jobId: randomUUID() }, rejects)
  expect(await query('select count(*)::int as stored from sync_rejects')).toEqual([{ stored: many }])
})

test('a claim looks for rejects of all accounts of its tenant at its provider, and of no other', async () => {
  const { 'another tenant': tenant, 'another provider': provider, 'another account': account } = others
  const has = async (rejects: Readonly<Record<string, Partial<Kept>>>) => {
    const { db } = await open(rejects)
    return (await db.execute(sql`select ${hasRejects(live)} as has`)).rows[0]?.has
  }
  expect(await has({ tenant, provider })).toBe(false)
  expect(await has({ account })).toBe(true)
})
