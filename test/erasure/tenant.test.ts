import { expect, test } from 'vitest'
import { syncedTables } from '../../src/db/synced-tables.ts'
import type { ErasureDeps } from '../../src/erasure/pass.ts'
import { eraseTenant } from '../../src/erasure/tenant.ts'
import { plantRow } from '../db/tenant-rows.ts'
import { createGate } from '../support/gate.ts'
import { jobRequest } from '../support/setup.ts'
import { allTables, snapshot } from './about-customer.ts'
import { openErasure } from './erasure-setup.ts'

type ErasureSetup = Awaited<ReturnType<typeof openErasure>>

/** Rows of a tenant, by table; tables without any are left out. */
async function rowsOf({ query, tenantId }: Pick<ErasureSetup, 'query' | 'tenantId'>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of await allTables(query)) {
    const [row] = await query<{ n: number }>(
      `select count(*)::int as n from "${table}" as stored where strpos(stored::text, $1) > 0`,
      [tenantId],
    )
    if (row!.n > 0) counts[table] = row!.n
  }
  return counts
}

async function twoTenants() {
  const parts = await openErasure({ sandbox: { customers: 30 } })
  await parts.sync(['*'])
  const other = jobRequest({ additionalData: { resources: ['*'] } })
  await parts.handle([JSON.stringify(other)])
  await parts.query(
    `insert into sync_rejects (tenant_id, provider, account, resource, item_key, job_id, code, reason, payload)
     values ($1, 'stripe', 'acct_sandbox', 'customers', 'cus_never', gen_random_uuid(), 'x', 'x', 'x')`,
    [parts.tenantId],
  )
  // Rows of every table, also of those that the sandbox fills not.
  for (const tenantId of [parts.tenantId, other.tenantId])
    for (const table of syncedTables.keys()) await plantRow(parts.query, table, tenantId)
  for (const tenantId of [parts.tenantId, other.tenantId]) {
    await plantRow(parts.query, 'erasure_requests', tenantId)
    await plantRow(parts.query, 'sync_event_counts', tenantId)
    await parts.query(
      `insert into event_routes (provider, route, tenant_id, account)
       select provider, tenant_id || ' live', tenant_id, account from sync_accounts where tenant_id = $1`,
      [tenantId],
    )
  }
  const others = async () => [...(await snapshot(parts.query))].filter(([key]) => key.includes(` ${other.tenantId} `))
  return { ...parts, others }
}

test('an erased tenant is nowhere but in its tombstone, its jobs fail, and no other tenant is touched', async () => {
  const { query, tenantId, deps, others, handle, job, sandbox, request } = await twoTenants()
  const before = await others()
  const dry = await eraseTenant({ ...deps, dryRun: true }, tenantId)
  // Postgres removes these with the history that they come from.
  const { mrr_changes: _, mrr_month_sums: __, ...stored } = await rowsOf({ query, tenantId })
  expect(Object.fromEntries(dry.removed)).toEqual(stored)
  const { removed } = await eraseTenant({ ...deps, portion: 40 }, tenantId)
  expect(Object.fromEntries(removed)).toEqual(Object.fromEntries(dry.removed))
  expect(await rowsOf({ query, tenantId })).toEqual({ erased_tenants: 1 })
  expect(await others()).toEqual(before)

  const requests = sandbox.stats().requests
  for (const syncType of ['full', 'incremental']) {
    const again = request(undefined, syncType)
    expect(await handle([JSON.stringify(again)])).toEqual({ batchItemFailures: [] })
    expect(await job(again.jobId)).toMatchObject({
      status: 'failed',
      error: { code: 'tenant_erased', retryable: false },
      requests: '0',
      fetched: '0',
    })
  }
  expect(sandbox.stats().requests).toBe(requests)
  expect(await rowsOf({ query, tenantId })).toEqual({ erased_tenants: 1, sync_jobs: 2 })
  expect(await others()).toEqual(before)
})

test('the erasure of a tenant killed after any of its transactions is finished by the next', async () => {
  const { query, tenantId, deps, others } = await twoTenants()
  const before = await others()
  let runs = 0
  for (let ended = false; !ended; runs++) {
    let left = runs
    const mortal: ErasureDeps = {
      ...deps,
      portion: 100,
      within: (work) => {
        if (left-- === 0) throw new Error('killed')
        return deps.within(work)
      },
    }
    ended = await eraseTenant(mortal, tenantId).then(
      () => true,
      () => false,
    )
  }
  expect(runs).toBeGreaterThan(20)
  expect(await rowsOf({ query, tenantId })).toEqual({ erased_tenants: 1 })
  expect(await others()).toEqual(before)
})

test('a running job of the tenant can write nothing more', async () => {
  const { query, tenantId, deps, handle, request, sandbox, job } = await openErasure({ sandbox: { customers: 30 } })
  const message = request(undefined)
  const held = createGate()
  sandbox.onRequest(({ path }) => (path === '/v1/tax_rates' ? held.passed : undefined))
  const first = handle([JSON.stringify(message)])
  await expect
    .poll(() => query('select count(*)::int as count from customers'), { timeout: 120_000 })
    .toEqual([{ count: 30 }])
  const { fenced } = await eraseTenant(deps, tenantId)
  expect(fenced).toEqual([message.jobId])
  held.open()
  await first
  expect(await rowsOf({ query, tenantId })).toEqual({ erased_tenants: 1 })
  await handle([JSON.stringify(message)])
  expect(await job(message.jobId)).toMatchObject({ status: 'failed', error: { code: 'tenant_erased' } })
})
