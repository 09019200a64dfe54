import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Overwrite } from '../../src/db/overwrite.ts'
import { customers, invoiceLines, invoices } from '../../src/db/schema.ts'
import {
  clearNotes,
  countAbsent,
  countChildren,
  forget,
  nextAbsent,
  noteAll,
  notedResources,
  noteIntervals,
  rememberAsked,
} from '../../src/db/unlisted-rows.ts'
import { openTestDatabase } from '../support/database.ts'

const tenantId = randomUUID()
const key = { tenantId, provider: 'stripe', account: 'acct_1' }
const jobId = randomUUID()
const at = (second: number) => new Date(1_700_000_000_000 + second * 1_000)
const list = { ...key, jobId, resource: { name: 'customers', table: customers } }
const listing = { ...list, part: null, within: null, overwrite: null }

/** Rows beside those that are meant: each differs in one column of the key. */
const foreign = [{ tenantId: randomUUID() }, { provider: 'paypal' }, { account: 'acct_2' }]

interface Row {
  readonly id: string
  readonly created?: number
  readonly observed?: number
  readonly deleted?: boolean
  readonly invoice?: string
}

async function open(rows: readonly Row[] = []) {
  const { tenant, query } = await openTestDatabase()
  const db = tenant(tenantId)
  const write = async (written: readonly Row[], table = 'customers', changed: Partial<typeof key> = {}) => {
    const { tenantId: owner, provider, account } = { ...key, ...changed }
    for (const { id, created = 100, observed = 5, deleted = false, invoice } of written)
      await query(
        `insert into ${table} (tenant_id, provider, account, id, raw, created_at, observed_at, deleted_at, synced_at${invoice ? ', invoice_id' : ''})
         values ($1, $2, $3, $4, '{}', to_timestamp($5), $6, $7, $6${invoice ? ', $8' : ''})`,
        [
          owner,
          provider,
          account,
          id,
          created,
          at(observed),
          deleted ? at(observed) : null,
          ...(invoice ? [invoice] : []),
        ],
      )
  }
  await write(rows)
  return {
    db,
    query,
    write,
    notes: async () =>
      (
        await query<{ id: string; part: string; noted_at: Date; asked: boolean }>(
          'select id, part, noted_at, asked_job_id is not null as asked from unlisted_rows where tenant_id = $1 order by id, part',
          [tenantId],
        )
      ).map(({ id, part, noted_at, asked: isAsked }) => [
        part === '' ? id : `${id} in ${part}`,
        (Number(noted_at) - Number(at(0))) / 1_000,
        ...(isAsked ? ['asked'] : []),
      ]),
    /** A note as the worker leaves it, with one column changed. */
    note: (id: string, changed: Readonly<Record<string, unknown>> = {}) => {
      const columns = {
        tenant_id: tenantId,
        provider: 'stripe',
        account: 'acct_1',
        resource: 'customers',
        part: '',
        id,
        job_id: jobId,
        noted_at: at(10),
        ...changed,
      }
      const places = Object.keys(columns).map((_, place) => `$${place + 1}`)
      return query(
        `insert into unlisted_rows (${Object.keys(columns).join()}) values (${places.join()})`,
        Object.values(columns),
      )
    },
  }
}

/** Notes that are not about the list's rows: each differs in one column. */
const otherNotes = [
  { tenant_id: randomUUID() },
  { provider: 'paypal' },
  { account: 'acct_2' },
  { resource: 'invoices' },
] as const

test('the rows that an interval lacks are noted with the time of the list, once for overlapping intervals', async () => {
  const { db, notes, write } = await open([
    { id: 'cus_1', created: 100 },
    { id: 'cus_2', created: 150 },
    { id: 'cus_3', created: 200 },
    { id: 'cus_4', created: 201 },
  ])
  for (const changed of foreign) await write([{ id: 'cus_other', created: 150 }], 'customers', changed)
  const intervals = [
    { from: 100, to: 200, ids: ['cus_2'], observedAt: at(10) },
    { from: 200, to: 200, ids: [], observedAt: at(12) },
  ]
  expect(await noteIntervals(db, { ...listing, intervals })).toBe(2)
  expect(await notes()).toEqual([
    ['cus_1', 10],
    ['cus_3', 12],
  ])
  expect(await noteIntervals(db, { ...listing, intervals: [] })).toBe(0)
})

test('a row that is noted again has the last job and the last list, and stays asked for', async () => {
  const { db, notes, note, query } = await open([{ id: 'cus_1' }])
  const former = randomUUID()
  await note('cus_1', { job_id: former, asked_job_id: former, asked_at: at(3), noted_at: at(2) })
  expect(await noteIntervals(db, { ...listing, intervals: [{ from: 0, to: null, ids: [], observedAt: at(10) }] })).toBe(
    1,
  )
  expect(await notes()).toEqual([['cus_1', 10, 'asked']])
  expect(await query('select job_id from unlisted_rows')).toEqual([{ job_id: jobId }])
})

test('a list without times begins with notes of all live rows that were not seen since', async () => {
  const { db, notes, write } = await open([
    { id: 'cus_1', observed: 5 },
    { id: 'cus_2', observed: 10 },
    { id: 'cus_3', observed: 11 },
    { id: 'cus_4', deleted: true },
  ])
  for (const changed of foreign) await write([{ id: 'cus_other' }], 'customers', changed)
  expect(await noteAll(db, { ...listing, observedAt: at(10) })).toBe(2)
  expect(await notes()).toEqual([
    ['cus_1', 10],
    ['cus_2', 10],
  ])
})

test('a forced job notes the rows that it has not written, whenever they were seen', async () => {
  const { db, notes } = await open([
    { id: 'cus_before', observed: 5 },
    { id: 'cus_written', observed: 7 },
  ])
  const overwrite: Overwrite = { kind: 'stored before', since: at(7) }
  expect(await noteAll(db, { ...listing, overwrite, observedAt: at(1) })).toBe(1)
  expect(await notes()).toEqual([['cus_before', 1]])
})

test('a row that a list shows is forgotten in all its parts, and no other note is', async () => {
  const { db, query, note } = await open()
  for (const id of ['cus_1', 'cus_2']) await note(id)
  await note('cus_1', { part: 'closed' })
  for (const changed of otherNotes) await note('cus_1', changed)
  await db.within((tx) => forget(tx, list, []))
  expect(await query('select 1 from unlisted_rows')).toHaveLength(7)
  await db.within((tx) => forget(tx, list, ['cus_1', 'cus_3']))
  const left = await query('select id, resource from unlisted_rows where tenant_id = $1 order by id, resource', [
    tenantId,
  ])
  expect(left).toEqual([
    { id: 'cus_1', resource: 'customers' },
    { id: 'cus_1', resource: 'customers' },
    { id: 'cus_1', resource: 'invoices' },
    { id: 'cus_2', resource: 'customers' },
  ])
  expect(await query('select 1 from unlisted_rows')).toHaveLength(5)
})

test('the rows to ask for next are those that were never asked for, then those asked for longest ago', async () => {
  const { db, note } = await open()
  const former = randomUUID()
  await note('cus_1', { asked_job_id: former, asked_at: at(9) })
  await note('cus_2', { asked_job_id: former, asked_at: at(8) })
  await note('cus_3', { noted_at: at(12) })
  await note('cus_4', { asked_job_id: jobId, asked_at: at(9) })
  await note('cus_5', { job_id: former })
  for (const changed of otherNotes) await note('cus_6', changed)
  expect(await db.read((tx) => nextAbsent(tx, list, 10))).toEqual([
    { id: 'cus_3', observedAt: at(12) },
    { id: 'cus_2', observedAt: at(10) },
    { id: 'cus_1', observedAt: at(10) },
  ])
  expect(await db.read((tx) => nextAbsent(tx, list, 2))).toMatchObject([{ id: 'cus_3' }, { id: 'cus_2' }])
  expect(await db.read((tx) => countAbsent(tx, list))).toBe(3)
})

test('a row is absent from a list of several parts if no part shows it', async () => {
  const { db, note } = await open()
  const parts = { ...list, resource: { ...list.resource, parts: ['active', 'inactive'] } }
  for (const part of ['active', 'inactive']) await note('cus_1', { part, noted_at: at(part === 'active' ? 10 : 11) })
  await note('cus_2', { part: 'active' })
  expect(await db.read((tx) => nextAbsent(tx, parts, 10))).toEqual([{ id: 'cus_1', observedAt: at(11) }])
  expect(await db.read((tx) => countAbsent(tx, parts))).toBe(1)
})

test('a row that the provider still has is not asked for again in this job, and its note outlives the job', async () => {
  const { db, notes, note, query } = await open()
  for (const id of ['cus_1', 'cus_2']) await note(id)
  for (const changed of otherNotes) await note('cus_1', changed)
  await db.within((tx) => rememberAsked(tx, list, []))
  await db.within((tx) => rememberAsked(tx, list, ['cus_1']))
  const statement =
    'select provider, account, resource from unlisted_rows where asked_job_id = $1 and asked_at is not null'
  expect(await query(statement, [jobId])).toEqual([{ provider: 'stripe', account: 'acct_1', resource: 'customers' }])
  expect(await db.read((tx) => countAbsent(tx, list))).toBe(1)
  await db.within((tx) => clearNotes(tx, list))
  const askedNotes = async () => (await notes()).filter(([, , isAsked]) => isAsked)
  expect(await askedNotes()).toEqual([['cus_1', 10, 'asked']])
  // The notes of other tenants, providers, accounts and resources stay as they were.
  expect(await query('select 1 from unlisted_rows')).toHaveLength(1 + otherNotes.length)
})

test('rows in nested lists of noted objects are kept if the job asked for the object, and unchecked otherwise', async () => {
  const { db, note, write } = await open()
  const ofInvoices = { ...list, resource: { name: 'invoices', table: invoices } }
  const noteInvoice = (id: string, changed: object = {}) => note(id, { resource: 'invoices', ...changed })
  await noteInvoice('in_asked', { asked_job_id: jobId, asked_at: at(9) })
  await noteInvoice('in_before', { asked_job_id: randomUUID(), asked_at: at(9) })
  await noteInvoice('in_unasked')
  await noteInvoice('in_former', { job_id: randomUUID() })
  await write(
    [
      ...['il_1', 'il_2', 'il_3'].map((id) => ({ id, invoice: 'in_asked' })),
      { id: 'il_gone', invoice: 'in_asked', deleted: true },
      { id: 'il_4', invoice: 'in_before' },
      { id: 'il_5', invoice: 'in_unasked' },
      { id: 'il_6', invoice: 'in_former' },
      { id: 'il_7', invoice: 'in_listed' },
    ],
    'invoice_lines',
  )
  for (const changed of foreign) await write([{ id: 'il_8', invoice: 'in_unasked' }], 'invoice_lines', changed)
  const lines = { name: 'invoice_lines', table: invoiceLines, parent: 'invoiceId' }
  expect(await db.read((tx) => countChildren(tx, ofInvoices, lines))).toEqual({ kept: 3, unchecked: 2 })
  const parts = { ...ofInvoices, resource: { ...ofInvoices.resource, parts: ['open', 'paid'] } }
  expect(await db.read((tx) => countChildren(tx, parts, lines))).toEqual({ kept: 0, unchecked: 0 })
})

test('a job finds the resources that its earlier deliveries left notes about', async () => {
  const { db, note } = await open()
  await note('cus_1')
  await note('cus_2')
  await note('in_1', { resource: 'invoices' })
  for (const changed of [...otherNotes.slice(0, 3), { job_id: randomUUID() }])
    await note('x_1', { resource: 'products', ...changed })
  const resources = await db.read((tx) => notedResources(tx, { ...key, jobId }))
  expect(resources.toSorted()).toEqual(['customers', 'invoices'])
})
