import { expect, test } from 'vitest'
import { eraseCustomer } from '../../src/erasure/customer.ts'
import type { ErasureDeps } from '../../src/erasure/pass.ts'
import { jobRequest } from '../support/setup.ts'
import { aboutCustomer, mentions, prominentCustomer, snapshot } from './about-customer.ts'
import { erasedIn, openErasure } from './erasure-setup.ts'

test('an erased customer is removed from every table, stays removed, and no other row changes', async () => {
  const { sandbox, query, sync, account, deps, verify: compare } = await openErasure()
  const person = prominentCustomer(sandbox)
  expect(person.tables).toBeGreaterThan(12)
  await sync(['*'])
  const about = aboutCustomer(sandbox, person.id)
  const before = await snapshot(query)
  expect(Object.keys(await mentions(query, person.needles))).toEqual(
    expect.arrayContaining(['customers', 'invoices', 'payments', 'disputes', 'provider_objects']),
  )

  const dry = await eraseCustomer({ ...deps, dryRun: true }, { ...account, customer: person.id })
  expect(await snapshot(query)).toEqual(before)
  const { removed } = await eraseCustomer(deps, { ...account, customer: person.id })
  expect(removed).toEqual(dry.removed)
  for (const [table, ids] of Object.entries(about)) expect([table, removed.get(table) ?? 0]).toEqual([table, ids.size])

  const after = await snapshot(query)
  // The history of MRR goes with its customer, and is counted for nobody.
  const counted = (rows: ReadonlyMap<string, string>) =>
    [...rows.keys()].filter((key) => !key.startsWith('mrr_')).length
  expect(counted(before) - counted(after)).toBe([...removed.values()].reduce((sum, rows) => sum + rows, 0))
  const untouched = async () => {
    expect(await mentions(query, person.needles)).toEqual({})
    for (const [key, row] of await snapshot(query)) expect(row).toBe(after.get(key))
    expect((await snapshot(query)).size).toBe(after.size)
  }
  await untouched()
  expect(await compare()).toMatchObject({ differing: [] })

  const { result } = await sync(['*'])
  await untouched()
  const erased = erasedIn(result)
  for (const [table, ids] of Object.entries(about)) expect([table, erased[table] ?? 0]).toEqual([table, ids.size])
  expect(result.resources.customers).toMatchObject({ fetched: 30, unchanged: 30, erased: 1 })
  expect((await compare()).erased).toBeGreaterThan(10)
  expect((await compare()).differing).toEqual([])
})

test('an erasure killed after any of its transactions is finished by the next one', async () => {
  const { sandbox, query, sync, account, deps } = await openErasure({ sandbox: { customers: 25 } })
  const person = prominentCustomer(sandbox)
  await sync(['*'])
  let runs = 0
  for (let ended = false; !ended; runs++) {
    let left = runs
    const mortal: ErasureDeps = {
      ...deps,
      portion: 50,
      within: (work) => {
        if (left-- === 0) throw new Error('killed')
        return deps.within(work)
      },
    }
    ended = await eraseCustomer(mortal, { ...account, customer: person.id }).then(
      () => true,
      (error: Error) => {
        if (error.message !== 'killed') throw error
        return false
      },
    )
  }
  expect(runs).toBeGreaterThan(30)
  expect(await mentions(query, person.needles)).toEqual({})
  expect([...(await eraseCustomer(deps, { ...account, customer: person.id })).removed]).toEqual([])
  await sync(['*'])
  expect(await mentions(query, person.needles)).toEqual({})
})

test('another tenant’s customer of the same id stays', async () => {
  const { sandbox, query, handle, sync, account, deps } = await openErasure({ sandbox: { customers: 20 } })
  const person = prominentCustomer(sandbox)
  await sync(['customers'])
  const other = jobRequest()
  await handle([JSON.stringify(other)])
  await eraseCustomer(deps, { ...account, customer: person.id })
  const rows = await query('select tenant_id from customers where id = $1', [person.id])
  expect(rows).toEqual([{ tenant_id: other.tenantId }])
  await handle([JSON.stringify(jobRequest({ tenantId: other.tenantId }))])
  expect(await query('select tenant_id from customers where id = $1', [person.id])).toEqual(rows)
  // Nor does a tombstone tell that two tenants had the same customer.
  await eraseCustomer(deps, { ...account, tenantId: other.tenantId, customer: person.id })
  expect(await query('select 1 from erased_ids group by hash having count(*) > 1')).toEqual([])
})
