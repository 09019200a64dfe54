import { describe, expect, test } from 'vitest'
import type { Exemption } from '../support/faults.ts'
import { openTenant } from './several-accounts.ts'

const read = { additionalData: { resources: ['customers', 'coupons'] } }

/** A tenant whose rows were stored by a version that did not record the account. */
async function upgraded(exempt?: Exemption) {
  const parts = await openTenant({}, exempt)
  const a = await parts.account('acct_A', 1, 'sk_live_a')
  await parts.sync(a, read)
  const { query, tenantId } = parts
  for (const table of ['customers', 'coupons'])
    await query(`update ${table} set account = 'unknown' where tenant_id = $1`, [tenantId])
  await query(`delete from sync_cursors where tenant_id = $1`, [tenantId])
  await query(`update sync_accounts set account = 'unknown', credential = null, mode = null where tenant_id = $1`, [
    tenantId,
  ])
  await query('update sync_jobs set account = null where tenant_id = $1', [tenantId])
  const accounts = async () =>
    (await query('select account from sync_accounts where tenant_id = $1 order by 1', [tenantId])).map((row) =>
      String(row.account),
    )
  return { ...parts, a, accounts }
}

describe('rows of 0.1.0', () => {
  test('are adopted by the account that has them at the provider, and their deletions are found', async () => {
    const { a, sync, liveIds, idsOf, accounts } = await upgraded()
    const gone = a.sandbox.expected('customers')[7]
    a.sandbox.remove('customers', String(gone?.id), { silent: true })
    const { result, row } = await sync(a, read)
    expect(row).toMatchObject({ created: '0', deleted: '1' })
    expect(result.resources.customers).toMatchObject({ deleted: 1, proof: { equal: true } })
    expect(await liveIds()).toEqual(idsOf(a))
    expect(await accounts()).toEqual(['acct_A'])
  })

  test('are adopted by an incremental job too, before it plans', async () => {
    const { a, sync, liveIds, idsOf, accounts } = await upgraded()
    const incremental = { additionalData: { ...read.additionalData, sync_type: 'incremental' } }
    expect((await sync(a, incremental)).row).toMatchObject({ status: 'completed', created: '0' })
    expect(await liveIds()).toEqual(idsOf(a))
    expect(await accounts()).toEqual(['acct_A'])
  })

  test('are split by mode: an account takes those of its own mode', async () => {
    const { a, account, sync, liveIds, idsOf, query, tenantId, accounts } = await upgraded()
    const inTest = await account('acct_A', 2, 'sk_test_a')
    await sync(inTest, read)
    await query(`update customers set account = 'unknown' where tenant_id = $1`, [tenantId])
    await query(`update sync_accounts set adopted = null where tenant_id = $1`, [tenantId])
    await sync(inTest, read)
    const between = await liveIds()
    expect(between['acct_A:test']).toEqual(idsOf(inTest)['acct_A:test'])
    expect(between.unknown).toEqual(idsOf(a).acct_A)
    await sync(a, read)
    expect(await liveIds()).toEqual(idsOf(a, inTest))
    expect(await accounts()).toEqual(['acct_A', 'acct_A:test'])
  })

  test('stay where another account asks, even with a coupon of the same name, and go to their own later', async () => {
    const { a, account, sync, liveIds, idsOf, query, tenantId } = await upgraded({
      calls: ['database'],
      because: 'It compares numbers of requests. A job whose commit is lost asks for its pages again.',
    })
    const b = await account('acct_B', 2, 'sk_live_b')
    for (const { sandbox } of [a, b]) sandbox.insert('coupons', { id: 'SUMMER' }, { silent: true })
    const first = await sync(b, read)
    expect(first.row).toMatchObject({ status: 'completed', deleted: '0' })
    expect((await sync(b, read)).requests).toBeLessThan(first.requests)
    expect(await liveIds()).toEqual({ ...idsOf(b), unknown: idsOf(a).acct_A })
    await sync(a, read)
    expect(await liveIds()).toEqual(idsOf(a, b))
    expect(
      await query('select account, adopted from sync_accounts where tenant_id = $1 order by 1', [tenantId]),
    ).toEqual([
      { account: 'acct_A', adopted: true },
      { account: 'acct_B', adopted: false },
    ])
  })

  test('are not asked for again by an account that did not have most of them', async () => {
    const { a, sync, liveIds, idsOf, query, tenantId } = await upgraded()
    await query(
      `insert into sync_accounts (tenant_id, provider, account, mode, adopted) values ($1, 'stripe', 'acct_A', 'live', false)`,
      [tenantId],
    )
    await sync(a, { additionalData: { resources: ['coupons'] } })
    expect((await liveIds()).unknown).toEqual(idsOf(a).acct_A)
  })

  test('tell no account to a key that may not ask which it belongs to', async () => {
    const { a, sync, liveIds, idsOf } = await upgraded()
    const { row } = await sync({ ...a, key: 'rk_live_a' }, read)
    expect(row).toMatchObject({ status: 'failed', account: null, error: { code: 'account_unknown' } })
    expect(await liveIds()).toEqual({ unknown: idsOf(a).acct_A })
  })

  test('take the rejects of their mode with them', async () => {
    const { a, sync, query, tenantId } = await upgraded()
    const keep = (key: string, payload: string) =>
      query(
        `insert into sync_rejects (tenant_id, provider, account, resource, item_key, job_id, code, reason, payload)
         values ($1, 'stripe', 'unknown', 'customers', $2, gen_random_uuid(), '22003', 'refused', $3)`,
        [tenantId, key, payload],
      )
    await keep('cus_live', '{"id": "cus_live", "livemode": true, "extra": 1e400000}')
    await keep('cus_test', '{"id":"cus_test","livemode":false,"extra":1e400000}')
    await keep('no_mode', '"text"')
    const [stored] = a.sandbox.expected('customers', true)
    await keep(String(stored?.id), '{"extra": 1e400000}')
    await sync(a, read)
    expect(await query('select account, item_key from sync_rejects order by item_key')).toEqual([
      { account: 'acct_A', item_key: 'cus_live' },
      { account: 'unknown', item_key: 'cus_test' },
      { account: 'acct_A', item_key: 'no_mode' },
    ])
  })

  test('of several accounts go one by one, as their accounts store the same objects', async () => {
    const { a, account, sync, liveIds, idsOf, query, tenantId } = await upgraded()
    const b = await account('acct_B', 2, 'sk_live_b')
    await sync(b, read)
    await query(`update customers set account = 'unknown' where tenant_id = $1`, [tenantId])
    // Neither account has most of a mixture.
    await query(`update sync_accounts set adopted = false where tenant_id = $1`, [tenantId])
    await query(
      `insert into sync_accounts (tenant_id, provider, account, mode, adopted) values ($1, 'stripe', 'acct_A', 'live', false)`,
      [tenantId],
    )
    await sync(a, read)
    await sync(b, read)
    expect(await liveIds()).toEqual(idsOf(a, b))
  })

  test('of a job that a worker of 0.1.0 left in its middle are adopted when the job goes on', async () => {
    const { account, sync, kill, liveIds, idsOf, query, tenantId } = await openTenant({ Worker__LeaseSeconds: '2' })
    const a = await account('acct_A', 1, 'sk_live_a')
    const paged = { additionalData: { batch_size: 10, resources: ['customers'] } }
    const { request, running } = await kill(a, paged, 1)
    await query(`update customers set account = 'unknown' where tenant_id = $1`, [tenantId])
    await query(`update sync_accounts set account = 'unknown', credential = null where tenant_id = $1`, [tenantId])
    await query(`update sync_jobs set account = null, status = 'paused', lease_owner = null, lease_until = null`)
    const { row, result } = await sync(a, { ...paged, jobId: request.jobId })
    expect(row).toMatchObject({ status: 'completed', account: 'acct_A', created: '30' })
    expect(result.resources.customers?.proof).toMatchObject({ equal: true })
    expect(await liveIds()).toEqual(idsOf(a))
    await running
  })
})
