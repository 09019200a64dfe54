import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../support/database.ts'

/*
 * The statements of docs/performance.md, on three jobs of two tenants: one ended long ago, one lately, one is still running.
 */

const [forget = '', spent = ''] = [
  ...readFileSync('docs/performance.md', 'utf8').matchAll(/```sql\n([\s\S]*?)```/g),
].map(([, statement = '']) => statement)

test('requests are summed over the last thirty days, and only what ended long ago is removed', async () => {
  const { query } = await openTestDatabase()
  const [one, other] = [randomUUID(), randomUUID()]
  const insert = (tenant: string, days: number, requests: number) =>
    query(
      `insert into sync_jobs (id, tenant_id, provider, sync_type, status, created_at, finished_at, result, requests)
        select gen_random_uuid(), $1, 'stripe', 'full', 'completed', at, at, '{}', $3
        from (select now() - make_interval(days => $2) as at)`,
      [tenant, days, requests],
    )
  await insert(one, 100, 1_000)
  for (const [tenant, requests] of [
    [one, 3],
    [other, 40],
    [one, 4],
  ] as const)
    await insert(tenant, 29, requests)
  await query(
    `insert into sync_jobs (id, tenant_id, provider, sync_type, status, lease_owner, lease_until, created_at)
      values (gen_random_uuid(), $1, 'stripe', 'full', 'running', 'a', now(), now() - interval '1 year')`,
    [other],
  )
  expect(await query(spent)).toEqual([
    { tenant_id: other, requests: '40' },
    { tenant_id: one, requests: '7' },
  ])
  await query(forget)
  expect(await query('select status, requests from sync_jobs order by status desc, requests')).toEqual([
    { status: 'running', requests: '0' },
    ...['3', '4', '40'].map((requests) => ({ status: 'completed', requests })),
  ])
})
