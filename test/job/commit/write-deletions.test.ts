import { expect, test } from 'vitest'
import { customers, invoiceLines, invoices } from '../../../src/db/schema.ts'
import { ownershipOf } from '../../../src/erasure/ownership.ts'
import { hashOf, placeTombstones } from '../../../src/erasure/tombstones.ts'
import { type DetectedDeletions, noDeletions } from '../../../src/job/commit/deletions.ts'
import { resources } from '../../../src/providers/stripe/resources/index.ts'
import { accountKey, at, jobId, open, type Resource, rowOf, rows, tables, type Way } from './write-setup.ts'

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
