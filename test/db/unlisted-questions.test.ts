import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { invoiceLines, invoices } from '../../src/db/schema.ts'
import {
  clearNotes,
  countAbsent,
  countChildren,
  nextAbsent,
  notedResources,
  rememberAsked,
} from '../../src/db/unlisted-rows.ts'
import { at, foreign, jobId, key, list, open, otherNotes } from './unlisted-setup.ts'

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
