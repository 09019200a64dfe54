import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../support/database.ts'

/*
 * The statement of docs/performance.md, on jobs of two tenants, of which one ended long ago.
 */

const [spent = ''] = [...readFileSync('docs/performance.md', 'utf8').matchAll(/```sql\n([\s\S]*?)```/g)].map(
  ([, statement = '']) => statement,
)

test('requests are summed over the last thirty days', async () => {
  const { query } = await openTestDatabase()
  const [someTenant, otherTenant] = [randomUUID(), randomUUID()]
  const insert = (tenant: string, days: number, requests: number) =>
    query(
      `insert into sync_jobs (id, tenant_id, provider, sync_type, status, created_at, finished_at, result, requests)
        select gen_random_uuid(), $1, 'stripe', 'full', 'completed', at, at, '{}', $3
        from (select now() - make_interval(days => $2) as at)`,
      [tenant, days, requests],
    )
  await insert(someTenant, 100, 1_000)
  for (const [tenant, requests] of [
    [someTenant, 3],
    [otherTenant, 40],
    [someTenant, 4],
  ] as const)
    await insert(tenant, 29, requests)
  expect(await query(spent)).toEqual([
    { tenant_id: otherTenant, requests: '40' },
    { tenant_id: someTenant, requests: '7' },
  ])
})
