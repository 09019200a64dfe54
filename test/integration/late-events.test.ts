import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { countsRequests } from '../support/faults.ts'
import { jobRequest, setup } from '../support/setup.ts'

/*
 * Events that become visible long after their second.
 */

const hour = 3_600

async function open(customers = 40) {
  const parts = await setup({
    sandbox: { customers, olderEvents: 0, now: Date.UTC(2026, 9, 1) / 1_000 },
    exempt: countsRequests,
  })
  const tenantId = randomUUID()
  const sync = async (syncType: 'full' | 'incremental', resources: readonly string[] = ['customers', 'products']) => {
    const request = jobRequest({ tenantId, additionalData: { sync_type: syncType, resources } })
    const before = parts.sandbox.requests.length
    await parts.deliver(request)
    const row = await parts.job(request.jobId)
    expect(row).toMatchObject({ status: 'completed', error: null })
    expect(row?.result).toMatchObject({ syncType })
    return parts.sandbox.requests.slice(before).map(({ path }) => path)
  }
  await sync('full')
  return {
    ...parts,
    sync,
    nameOf: async (table: 'customers' | 'products', id: string) =>
      (await parts.query(`select name from ${table} where tenant_id = $1 and id = $2`, [tenantId, id]))[0]?.name,
  }
}

test('an event that becomes visible hours late is applied by the next incremental job', async () => {
  const { sandbox, sync, nameOf } = await open()
  const [late, other] = sandbox.expected('customers').map(({ id }) => id)
  sandbox.advance(hour)
  sandbox.update('customers', other!, { name: 'In time' })
  sandbox.advance(4 * hour)
  await sync('incremental')
  sandbox.update('customers', late!, { name: 'Late' }, { at: sandbox.now() - 3 * hour })
  sandbox.advance(hour)
  expect(await sync('incremental')).toEqual(['/v1/events', `/v1/customers/${late}`])
  expect(await nameOf('customers', late!)).toBe('Late')
  // It is known from then on.
  sandbox.advance(hour)
  expect(await sync('incremental')).toEqual(['/v1/events'])
})

test('events that were applied are not fetched again, whatever their shape', async () => {
  const { sandbox, sync } = await open()
  sandbox.advance(hour)
  for (const { id } of sandbox.expected('customers').slice(0, 5))
    sandbox.update('customers', id, { name: 'New' }, { apiVersion: '2024-12-18.acacia' })
  sandbox.advance(hour)
  expect(await sync('incremental')).toHaveLength(6)
  for (let hours = 0; hours < 3; hours++) {
    sandbox.advance(hour)
    expect(await sync('incremental')).toEqual(['/v1/events'])
  }
})

test('a late event about a resource is applied although a job about another resource has read it', async () => {
  const { sandbox, sync, nameOf } = await open()
  const product = sandbox.expected('products')[0]!.id
  sandbox.advance(4 * hour)
  await sync('incremental')
  sandbox.update('products', product, { name: 'Late' }, { at: sandbox.now() - 2 * hour })
  await sync('incremental', ['customers'])
  expect(await nameOf('products', product)).not.toBe('Late')
  sandbox.advance(hour)
  await sync('incremental')
  expect(await nameOf('products', product)).toBe('Late')
})

test('an account with many events remembers the newest, and reads no page more for those from before', async () => {
  const { sandbox, sync, query } = await open()
  const ids = sandbox.expected('customers').map(({ id }) => id)
  for (let minute = 0; minute < 300; minute++) {
    sandbox.advance(60)
    sandbox.update('customers', ids[minute % ids.length]!, { name: `At ${minute}` })
  }
  await sync('incremental')
  const [row] = await query(
    `select jsonb_array_length(seen_events -> 'ids') as n from sync_cursors where resource = 'events'`,
  )
  expect(row).toEqual({ n: 200 })
  sandbox.advance(hour)
  expect(await sync('incremental')).toEqual(['/v1/events'])
})
