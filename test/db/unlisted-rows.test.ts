import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Overwrite } from '../../src/db/overwrite.ts'
import { forget, noteAll, noteIntervals } from '../../src/db/unlisted-rows.ts'
import { at, foreign, jobId, list, open, otherNotes, tenantId } from './unlisted-setup.ts'

const listing = { ...list, part: null, within: null, overwrite: null }

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

test('a forced job notes no row from before the history of a list', async () => {
  const { db, notes } = await open([
    { id: 'cus_before', observed: 5, created: 2 },
    { id: 'cus_first', observed: 5, created: 3 },
  ])
  const overwrite: Overwrite = { kind: 'stored before', since: at(7) }
  expect(await noteAll(db, { ...listing, overwrite, observedAt: at(1), since: 3 })).toBe(1)
  expect(await notes()).toEqual([['cus_first', 1]])
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
