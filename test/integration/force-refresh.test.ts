import { describe, expect, test } from 'vitest'
import { open } from './dates-setup.ts'

describe('force_refresh', () => {
  test('overwrites whatever is stored, deletions and nested rows of the future too', async () => {
    const { sync, sandbox, query, tenantId } = await open()
    const resources = { resources: ['customers', 'invoices', 'prices'] }
    await sync('full', resources)
    const gone = String(sandbox.expected('customers')[3]?.id)
    const tables = ['customers', 'invoices', 'invoice_lines', 'prices']
    const stored = () =>
      Promise.all(
        tables.map((table) =>
          query(
            `select id, raw, deleted_at is null as live from ${table} where tenant_id = $1 and id <> $2 order by id`,
            [tenantId, gone],
          ),
        ),
      )
    const before = await stored()
    for (const table of tables)
      await query(
        `update ${table} set raw = '{"id": "frozen"}', raw_sha256 = null, observed_at = now() + interval '30 days',
          deleted_at = case when ctid = (select min(ctid) from ${table}) then now() + interval '30 days' end where tenant_id = $1`,
        [tenantId],
      )
    sandbox.remove('customers', gone, { silent: true })
    // Without force they stay as they are.
    await sync('full', resources)
    expect(await stored()).not.toEqual(before)
    const { row, result } = await sync('full', { ...resources, force_refresh: true })
    expect(row).toMatchObject({ status: 'completed' })
    expect(await stored()).toEqual(before)
    expect(result.resources.customers).toMatchObject({ deleted: 1, proof: { equal: true } })
    for (const table of tables)
      expect(
        await query(`select count(*)::int as n from ${table} where observed_at > now() + interval '5 minutes'`),
      ).toEqual([{ n: 0 }])
  })

  test('overwrites prices that were found inside other objects', async () => {
    const { sync, query, tenantId } = await open()
    const resources = { resources: ['subscriptions', 'prices'] }
    await sync('full', resources)
    const inline = () =>
      query('select id, raw from prices where tenant_id = $1 and inline and deleted_at is null order by id', [tenantId])
    const before = await inline()
    await query(
      `update prices set raw = '{"id": "frozen"}', raw_sha256 = null, deleted_at = now(), observed_at = now() + interval '30 days' where inline`,
    )
    expect((await sync('full', { ...resources, force_refresh: true })).row).toMatchObject({ status: 'completed' })
    expect(await inline()).toEqual(before)
  })

  test('of an incremental job overwrites with its events only what is dated in the future', async () => {
    const { sync, sandbox, query, tenantId, row } = await open()
    await sync('full')
    const [customer, other] = sandbox.expected('customers').map(({ id }) => String(id))
    sandbox.update('customers', String(customer), { name: 'Event' }, { at: sandbox.now() - 60 })
    sandbox.update('customers', String(other), { name: 'Event' }, { at: sandbox.now() - 60 })
    await query(
      `update customers set name = 'Frozen', observed_at = now() + interval '30 days' where tenant_id = $1 and id = $2`,
      [tenantId, customer],
    )
    await query(`update customers set name = 'Newer', observed_at = now() where tenant_id = $1 and id = $2`, [
      tenantId,
      other,
    ])
    await sync('incremental', { force_refresh: true })
    expect(await row(String(customer))).toMatchObject({ name: 'Event', ahead: false })
    expect(await row(String(other))).toMatchObject({ name: 'Newer' })
  })
})
