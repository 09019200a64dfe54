import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { customers, invoiceLines, invoices, prices, subscriptionItems, subscriptions } from '../../../src/db/schema.ts'
import { ownershipOf } from '../../../src/erasure/ownership.ts'
import { hashOf, placeTombstones } from '../../../src/erasure/tombstones.ts'
import { type DetectedDeletions, noDeletions } from '../../../src/job/commit/deletions.ts'
import { openQuarantine } from '../../../src/job/commit/quarantine.ts'
import { type Writing, writeBatches } from '../../../src/job/commit/write.ts'
import { resources } from '../../../src/providers/stripe/resources/index.ts'
import { noContent, type PageContent } from '../../../src/sync/rows.ts'
import { openTestDatabase } from '../../support/database.ts'

/*
 * What one commit writes, and what it counts.
 */

const accountKey = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
const jobId = randomUUID()
const at = (second: number) => new Date(1_700_000_000_000 + second * 1_000)
const tables = {
  customers,
  invoices,
  invoice_lines: invoiceLines,
  prices,
  subscriptions,
  subscription_items: subscriptionItems,
}
type Resource = keyof typeof tables

interface Way {
  readonly observed?: number
  readonly deleted?: boolean
  readonly askedById?: boolean
  readonly embedded?: boolean
  readonly derived?: boolean
  readonly dated?: boolean
  readonly columns?: object
}

const rowOf = (resource: Resource, id: string, value: unknown, { observed = 5, columns, ...way }: Way = {}) => ({
  resource,
  table: tables[resource],
  row: { id, ...columns },
  raw: { id, value },
  observedAt: at(observed),
  ...way,
})

const childSet = (resource: Resource, parent: string, parentTable: Resource, parentId: string, rest: object) => ({
  resource,
  table: tables[resource],
  parent,
  parentId,
  parentTable: tables[parentTable],
  ...rest,
})

const lineOf = (id: string, invoiceId: string, observed = 5) =>
  rowOf('invoice_lines', id, observed, { observed, columns: { invoiceId } })

async function open() {
  const { db, query } = await openTestDatabase()
  return {
    db,
    query,
    /** Commits a page. Returns the counts that are not 0. */
    async commit(content: object, { deletions = noDeletions, ...options }: Partial<Writing> = {}) {
      const pages = [{ ...noContent, ...content }] as unknown as Writing['pages']
      const writing = {
        jobId,
        accountKey,
        mayHaveUnknown: false,
        overwrite: null,
        pages,
        deletions,
        mayHaveRejects: false,
        mayHaveErased: false,
        quarantine: openQuarantine(),
        rowsPerStatement: 1_000,
        wasFetched: () => false,
        ...options,
      }
      const { counts } = await db.transaction((tx) => writeBatches(tx, writing as never))
      return Object.fromEntries(
        Object.entries(counts).map(([name, counted]) => [
          name,
          Object.fromEntries(Object.entries(counted).filter(([, count]) => count !== 0)),
        ]),
      )
    },
    live: async (table: Resource) =>
      (await query(`select id from ${table} where deleted_at is null order by id`)).map(({ id }) => id),
  }
}

const rows = (...written: readonly unknown[]): Partial<PageContent> => ({ rows: written as PageContent['rows'] })

test('listed rows are fetched: new, changed and unchanged ones', async () => {
  const { commit } = await open()
  const first = rows(...['a', 'b', 'c', 'd'].map((id) => rowOf('customers', id, 1)))
  expect(await commit(first)).toEqual({ customers: { fetched: 4, created: 4 } })
  const second = rows(
    rowOf('customers', 'a', 1),
    rowOf('customers', 'b', 1),
    rowOf('customers', 'c', 2),
    rowOf('customers', 'e', 1),
  )
  expect(await commit(second)).toEqual({ customers: { fetched: 4, created: 1, updated: 1, unchanged: 2 } })
})

test('rows that were asked for by id are not fetched', async () => {
  const { commit } = await open()
  await commit(rows(rowOf('customers', 'a', 1), rowOf('customers', 'b', 1)))
  const retrieved = ['a', 'b', 'c'].map((id) => rowOf('customers', id, id === 'a' ? 1 : 2, { askedById: true }))
  expect(await commit(rows(...retrieved))).toEqual({ customers: { created: 1, updated: 1 } })
})

test('derived rows are fetched where they are new or have changed', async () => {
  const { commit } = await open()
  const derived = (id: string, value: number) => rowOf('customers', id, value, { derived: true })
  await commit(rows(derived('a', 1), derived('b', 1)))
  const counted = await commit(rows(derived('a', 1), derived('b', 2), derived('c', 1), derived('d', 1)))
  expect(counted).toEqual({ customers: { fetched: 3, created: 2, updated: 1 } })
})

test('a derived row keeps the latest time at which it was seen, and an older snapshot does not replace it', async () => {
  const { commit, query } = await open()
  const seen = (observed: number, value: number) =>
    rows(rowOf('customers', 'a', value, { derived: true, dated: true, observed }))
  await commit(seen(1, 1))
  expect(await commit(seen(9, 1))).toEqual({ customers: {} })
  expect(await commit(seen(5, 2))).toEqual({ customers: {} })
  expect(await query(`select observed_at, raw ->> 'value' as value from customers`)).toEqual([
    { observed_at: at(9), value: '1' },
  ])
})

test('an embedded row is written if there is none, and a listed one of the same commit wins', async () => {
  const { commit, query } = await open()
  const embedded = (id: string, value: number) =>
    rowOf('prices', id, value, { embedded: true, columns: { inline: true } })
  const listed = rowOf('prices', 'a', 1, { columns: { inline: false } })
  expect(await commit(rows(embedded('a', 7), embedded('b', 7), listed))).toEqual({ prices: { fetched: 2, created: 2 } })
  expect(await commit(rows(embedded('a', 8), embedded('b', 8)))).toEqual({ prices: {} })
  expect(await query(`select id, raw ->> 'value' as value, inline from prices order by id`)).toEqual([
    { id: 'a', value: '1', inline: false },
    { id: 'b', value: '7', inline: true },
  ])
})

test('a deletion counts once: a change of what is deleted already is an update', async () => {
  const { commit, live } = await open()
  await commit(rows(rowOf('customers', 'a', 1), rowOf('customers', 'b', 1)))
  const gone = (id: string, value: number, observed: number) =>
    rowOf('customers', id, value, { deleted: true, observed })
  expect(await commit(rows(gone('a', 1, 6), gone('never seen', 1, 6)))).toEqual({ customers: { deleted: 2 } })
  expect(await commit(rows(gone('a', 2, 7), gone('b', 1, 7)))).toEqual({ customers: { deleted: 1, updated: 1 } })
  expect(await live('customers')).toEqual([])
})

test.each([1, 2, 3, 4, 5, 7])('statements of %i rows write them all', async (rowsPerStatement) => {
  const { commit, live } = await open()
  const ids = ['a', 'b', 'c', 'd']
  const counted = await commit(rows(...ids.map((id) => rowOf('customers', id, 1))), { rowsPerStatement })
  expect(counted).toEqual({ customers: { fetched: 4, created: 4 } })
  expect(await live('customers')).toEqual(ids)
})

test('an item that could not be read is fetched and rejected, and one that Postgres refuses is, too', async () => {
  const { commit, query } = await open()
  await query(`alter table customers add constraint mine check (raw ->> 'value' <> 'no')`)
  await commit(rows(rowOf('customers', 'a', 1), rowOf('customers', 'b', 1)))
  const reject = { resource: 'customers', itemKey: 'x', code: 'invalid_item', reason: 'item: no', payload: '{}' }
  const content = {
    ...rows(
      rowOf('customers', 'a', 1),
      rowOf('customers', 'b', 2),
      rowOf('customers', 'c', 1),
      rowOf('customers', 'd', 'no'),
    ),
    rejects: [reject],
  }
  const quarantine = { ...openQuarantine(), isolate: true }
  expect(await commit(content, { quarantine })).toEqual({
    customers: { fetched: 5, created: 1, updated: 1, unchanged: 1, rejected: 2 },
  })
  const kept = () => query('select item_key, code from sync_rejects order by item_key')
  expect(await kept()).toEqual([
    { item_key: 'd', code: '23514' },
    { item_key: 'x', code: 'invalid_item' },
  ])
  // Stored by now, and looked for only where there may be rejects.
  await commit(rows(rowOf('customers', 'd', 1)))
  expect(await kept()).toHaveLength(2)
  await commit(rows(rowOf('customers', 'd', 1)), { mayHaveRejects: true })
  expect(await kept()).toEqual([{ item_key: 'x', code: 'invalid_item' }])
})

test('a refused row that is embedded or deleted is rejected, and nothing is counted below zero', async () => {
  const { commit, query } = await open()
  await query(`alter table prices add constraint mine check (raw ->> 'value' <> 'no')`)
  const embedded = ['a', 'b'].map((id) =>
    rowOf('prices', id, id === 'a' ? 'no' : 1, { embedded: true, columns: { inline: true } }),
  )
  const deleted = rowOf('prices', 'c', 'no', { deleted: true })
  const quarantine = { ...openQuarantine(), isolate: true }
  expect(await commit(rows(...embedded, deleted), { quarantine })).toEqual({
    prices: { fetched: 2, created: 1, rejected: 2 },
  })
})

test('a row that a nested list no longer has is deleted, of its parent alone', async () => {
  const { commit, live } = await open()
  await commit(rows(lineOf('a', 'in_1'), lineOf('b', 'in_1'), lineOf('c', 'in_2')))
  const childSets = [childSet('invoice_lines', 'invoiceId', 'invoices', 'in_1', { ids: ['a'], observedAt: at(6) })]
  expect(await commit({ ...rows(lineOf('a', 'in_1', 6)), childSets })).toEqual({
    invoice_lines: { fetched: 1, updated: 1, deleted: 1 },
  })
  expect(await live('invoice_lines')).toEqual(['a', 'c'])
})

test('a nested list of an outdated snapshot of its parent is left out, and the others are written', async () => {
  const { commit, live } = await open()
  await commit(
    rows(
      rowOf('invoices', 'in_1', 1, { observed: 9 }),
      rowOf('invoices', 'in_2', 1, { observed: 4 }),
      rowOf('invoices', 'in_3', 1, { observed: 4 }),
      rowOf('subscriptions', 'in_2', 1, { observed: 9 }),
      ...['1', '2', '3'].map((n) => lineOf(`former_${n}`, `in_${n}`)),
    ),
  )
  const lists = ['1', '2', '3'].map((n) =>
    childSet('invoice_lines', 'invoiceId', 'invoices', `in_${n}`, { ids: [`new_${n}`], observedAt: at(6) }),
  )
  const items = childSet('subscription_items', 'subscriptionId', 'subscriptions', 'in_2', {
    ids: ['si_1'],
    observedAt: at(6),
  })
  const written = rows(
    ...['1', '2', '3'].map((n) => lineOf(`new_${n}`, `in_${n}`, 6)),
    rowOf('subscription_items', 'si_1', 1, { observed: 6, columns: { subscriptionId: 'in_2' } }),
    rowOf('customers', 'cus_1', 1),
  )
  expect(await commit({ ...written, childSets: [...lists, items] })).toEqual({
    customers: { fetched: 1, created: 1 },
    invoice_lines: { fetched: 2, created: 2, deleted: 2 },
  })
  expect(await live('invoice_lines')).toEqual(['former_1', 'new_2', 'new_3'])
  expect(await live('subscription_items')).toEqual([])
})

test('an object that the provider, asked by id, no longer has is marked as deleted', async () => {
  const { commit, live } = await open()
  await commit(rows(rowOf('customers', 'a', 1), rowOf('customers', 'b', 1)))
  const gone = ['a', 'never seen'].map((id) => ({ resource: 'customers', table: customers, id, observedAt: at(6) }))
  expect(await commit({ gone })).toEqual({ customers: { deleted: 1 } })
  expect(await live('customers')).toEqual(['b'])
})

test('unlisted rows are deleted, kept or unchecked, with their nested lists, and their notes go or stay', async () => {
  const { commit, live, query } = await open()
  const ids = ['gone', 'kept', 'unasked']
  await commit(
    rows(
      ...ids.map((id) => rowOf('invoices', id, 1)),
      ...ids.flatMap((id) => [lineOf(`${id}_1`, id), lineOf(`${id}_2`, id)]),
    ),
  )
  for (const id of ids)
    await query(
      `insert into unlisted_rows (tenant_id, provider, account, resource, part, id, job_id, noted_at)
       values ($1, 'stripe', 'acct_1', 'invoices', '', $2, $3, $4)`,
      [accountKey.tenantId, id, jobId, at(6)],
    )
  const nested = [{ name: 'invoice_lines', table: invoiceLines, parent: 'invoiceId' }]
  const deletions = (isFinished: boolean, answers: Partial<DetectedDeletions['resources'][number]>) =>
    ({
      ...noDeletions,
      resources: [
        { resource: { name: 'invoices', table: invoices, nested }, unlisted: [], kept: [], isFinished, ...answers },
      ],
    }) as unknown as DetectedDeletions
  const unlisted = [{ id: 'gone', observedAt: at(6) }]
  expect(await commit({}, { deletions: deletions(false, { unlisted, kept: ['kept'] }) })).toEqual({
    invoices: { deleted: 1, kept: 1 },
  })
  expect(await live('invoices')).toEqual(['kept', 'unasked'])
  const notes = () => query('select id, asked_job_id from unlisted_rows order by id')
  expect(await notes()).toEqual([
    { id: 'kept', asked_job_id: jobId },
    { id: 'unasked', asked_job_id: null },
  ])
  expect(await commit({}, { deletions: deletions(true, {}) })).toEqual({
    invoices: { unchecked: 1 },
    invoice_lines: { kept: 2, unchecked: 2 },
  })
  expect(await notes()).toEqual([{ id: 'kept', asked_job_id: jobId }])
})

test('a row of an erased customer is fetched and not stored, and is not kept where it was asked for by id', async () => {
  const { db, commit, live } = await open()
  await placeTombstones(db, accountKey, [hashOf(accountKey, 'cus_erased')])
  const options = { mayHaveErased: true, ownership: ownershipOf(resources) }
  const ofErased = { columns: { customerId: 'cus_erased' } }
  const listed = rows(rowOf('customers', 'cus_erased', 1), rowOf('customers', 'cus_1', 1))
  expect(await commit(listed, options)).toEqual({ customers: { fetched: 2, created: 1, unchanged: 1, erased: 1 } })
  const retrieved = (resource: Resource, id: string, way: Way = {}) =>
    rowOf(resource, id, 2, { askedById: true, ...way })
  const deletions = {
    ...noDeletions,
    rows: [
      ...['in_erased', 'in_erased_too'].map((id) => retrieved('invoices', id, ofErased)),
      retrieved('invoices', 'in_kept'),
      retrieved('customers', 'cus_erased'),
    ],
    resources: [
      {
        resource: { name: 'invoices', table: invoices },
        unlisted: [],
        kept: ['in_erased', 'in_erased_too', 'in_kept', 'in_former'],
        isFinished: false,
      },
    ],
  } as unknown as DetectedDeletions
  expect(await commit({}, { ...options, deletions })).toEqual({
    customers: { erased: 1 },
    invoices: { created: 1, kept: 2, erased: 2 },
  })
  expect(await live('invoices')).toEqual(['in_kept'])
})

test.each([
  ['of a row that is gone', { unlisted: [{ id: 'cus_1', observedAt: at(6) }], kept: [], isFinished: false }],
  ['of a row that is still there', { unlisted: [], kept: ['cus_1'], isFinished: false }],
  ['of a list that is finished', { unlisted: [], kept: [], isFinished: true }],
])('where the note %s cannot be written, the commit ends with that error', async (_, answers) => {
  const { commit, query } = await open()
  await query(
    `insert into unlisted_rows (tenant_id, provider, account, resource, part, id, job_id, noted_at)
     values ($1, 'stripe', 'acct_1', 'customers', '', 'cus_1', $2, $3)`,
    [accountKey.tenantId, jobId, at(6)],
  )
  await query(`create function refuse() returns trigger language plpgsql as $$ begin
    raise exception 'full' using errcode = '53100'; end $$`)
  await query('create trigger refusing before update or delete on unlisted_rows for each row execute function refuse()')
  const resource = { name: 'customers', table: customers }
  const deletions = { ...noDeletions, resources: [{ resource, ...answers }] } as unknown as DetectedDeletions
  await expect(commit({}, { deletions })).rejects.toMatchObject({ cause: { code: '53100' } })
})
