import { describe, expect, test } from 'vitest'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { jobRequest, setup } from '../support/setup.ts'

/*
 * The count check after a full job, of each kind of list: in parts, without creation times, nested.
 */

describe('a list in several parts', () => {
  test('shows what is gone by all its parts together: archived prices and active ones', async () => {
    const { sandbox, handle, query } = await setup({ sandbox: { customers: 60 } })
    const { tenantId } = jobRequest()
    const sync = async () => {
      const request = jobRequest({ tenantId, additionalData: { resources: ['prices'] } })
      await handle([JSON.stringify(request)])
      const [row] = await query('select * from sync_jobs where id = $1', [request.jobId])
      return (row!.result as SyncJobResult).resources.prices
    }
    expect(await sync()).toMatchObject({ deleted: 0, kept: 0, proof: { equal: true } })
    const stored = new Set((await query('select id from prices')).map(({ id }) => id))
    const prices = sandbox.expected('prices').filter(({ id }) => stored.has(id))
    const gone = [
      ...prices.filter(({ active }) => active).slice(0, 6),
      ...prices.filter(({ active }) => !active).slice(0, 4),
    ]
    for (const { id } of gone) sandbox.remove('prices', id, { silent: true })
    // One moves from one part to the other meanwhile.
    const moved = prices.find(({ active, id }) => active && !gone.some((candidate) => candidate.id === id))
    sandbox.update('prices', moved!.id, { active: false }, { silent: true })
    expect(await sync()).toMatchObject({ deleted: gone.length, kept: 0, updated: 1, proof: { equal: true } })
    expect(await query('select id from prices where not inline and deleted_at is not null order by id')).toEqual(
      gone.map(({ id }) => ({ id })).toSorted((left, right) => (left.id < right.id ? -1 : 1)),
    )
    expect(await sync()).toMatchObject({ deleted: 0, updated: 0, proof: { equal: true } })
  })
})

describe('a list without a filter by creation time', () => {
  const resources = ['payment_methods']
  async function openMethods() {
    const parts = await setup({ sandbox: { customers: 60 } })
    const { tenantId } = jobRequest()
    return {
      ...parts,
      async sync(additionalData: object = {}) {
        const request = jobRequest({ tenantId, additionalData: { resources, ...additionalData } })
        await parts.handle([JSON.stringify(request)])
        const row = await parts.job(request.jobId)
        expect(row).toMatchObject({ status: 'completed' })
        return (row!.result as SyncJobResult).resources.payment_methods
      },
    }
  }

  test('has a count check, and its rows that are gone are deleted', async () => {
    const { sync, query } = await openMethods()
    const first = await sync()
    expect(first?.proof).toMatchObject({ equal: true, listed: first?.fetched })
    await query(`insert into provider_objects select (jsonb_populate_record(row, jsonb_build_object('id', row.id || 'gone'))).*
      from provider_objects as row where resource = 'payment_methods' order by id limit 3`)
    expect(await sync({ batch_size: 5 })).toMatchObject({
      deleted: 3,
      kept: 0,
      proof: { equal: true, listed: first?.fetched },
    })
    expect(await query('select * from unlisted_rows')).toEqual([])
  })

  test('keeps rows that it leaves out and the provider still has, and counts them once', async () => {
    const { sync, sandbox } = await openMethods()
    const first = await sync()
    const listed = first?.fetched ?? 0
    sandbox.fail({ kind: 'items', path: /^\/v1\/payment_methods\?/, items: (all) => all.slice(2) })
    const { kept = 0, unchecked = 0, deleted, proof } = (await sync())!
    expect({ deleted, kept: kept > 0, unchecked }).toEqual({ deleted: 0, kept: true, unchecked: 0 })
    expect(proof).toMatchObject({ listed: listed - kept, live: listed, equal: true })
  })
})

test('nested lists have a count check, also where a parent is hidden', async () => {
  const { sandbox, handle, query, job } = await setup({ sandbox: { customers: 40 } })
  const { tenantId } = jobRequest()
  const sync = async () => {
    const request = jobRequest({
      tenantId,
      additionalData: { resources: ['invoices', 'subscriptions', 'credit_notes'] },
    })
    await handle([JSON.stringify(request)])
    return ((await job(request.jobId))!.result as SyncJobResult).resources
  }
  const proofs = async () =>
    Object.fromEntries(
      Object.entries(await sync()).map(([name, { proof }]) => [
        name,
        proof && [proof.equal, proof.listed === proof.live],
      ]),
    )
  const equal = [true, true]
  const all = { invoices: equal, invoice_lines: equal, subscriptions: equal, subscription_items: equal }
  expect(await proofs()).toMatchObject({ ...all, credit_notes: equal, credit_note_lines: equal })
  const hidden = sandbox.expected('invoices')[3]!.id
  sandbox.fail({
    kind: 'items',
    path: /^\/v1\/invoices\?/,
    items: (objects) => objects.filter(({ id }) => id !== hidden),
  })
  expect(await proofs()).toMatchObject({ ...all, invoices: [true, false], invoice_lines: [true, false] })
  // A line of an invoice that is not stored is in no list.
  await query(`insert into invoice_lines select (jsonb_populate_record(row, '{"id": "il_extra", "invoice_id": "in_none"}')).*
    from invoice_lines as row limit 1`)
  expect(await proofs()).toMatchObject({ ...all, invoices: [true, false], invoice_lines: [false, false] })
})

test('rows whose objects were created at another time than stored count once: another account of the same ids', async () => {
  const { handle, job, query, sandbox } = await setup({ sandbox: { customers: 700 } })
  const { tenantId } = jobRequest()
  const sync = async () => {
    const request = jobRequest({ tenantId })
    await handle([JSON.stringify(request)])
    return ((await job(request.jobId))!.result as SyncJobResult).resources.customers
  }
  await sync()
  await query(`update customers set created_at = created_at - interval '40 days', raw = '{}', raw_sha256 = null`)
  const before = sandbox.requests.length
  expect(await sync()).toMatchObject({ updated: 700, kept: 0, deleted: 0, proof: { equal: true, differs: [] } })
  expect(sandbox.requests.slice(before).filter(({ path }) => /^\/v1\/customers\/./.test(path))).toEqual([])
})
