import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { pruned } from '../../src/cli/prune.ts'
import { openOperator } from './jobs/operator-env.ts'
import { run } from './program.ts'

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)

/** The login that docs/operations.md makes. */
async function open() {
  const operator = await openOperator()
  const role = `janitor_${randomUUID().slice(0, 8)}`
  const statements = /```sql\n(create role billing_sync_janitor[\s\S]*?)```/.exec(
    readFileSync('docs/operations.md', 'utf8'),
  )?.[1]
  await operator.query((statements ?? '').replaceAll('billing_sync_janitor', role).replace(/ password '[^']*'/, ''))
  onTestFinished(async () => void (await operator.query(`drop owned by ${role}; drop role ${role}`)))
  const url = new URL(operator.url)
  url.username = role
  const env = { ConnectionStrings__DefaultConnection: `${url.href}?sslmode=disable` }
  return { ...operator, prune: (...args: string[]) => run(['prune', ...args], { env }) }
}

test('prune removes ended jobs of all tenants by age, and keeps what the age of the last success needs', async () => {
  const { job, query, prune } = await open()
  const tenant = randomUUID()
  const old = (columns: object = {}) =>
    job({ tenant_id: tenant, created_at: daysAgo(41), finished_at: daysAgo(40), ...columns })
  const gone = [
    await old({ finished_at: daysAgo(40.5) }),
    await old({ status: 'failed' }),
    await old({ status: 'cancelled' }),
    await old({ tenant_id: randomUUID(), status: 'failed' }),
  ]
  const named = await old({ status: 'failed' })
  await query(
    `insert into sync_cursors (tenant_id, provider, account, resource, cursor, job_id) values ($1, 'stripe', 'acct_1', 'customers', now(), $2)`,
    [tenant, named.id],
  )
  const kept = [
    named,
    await old(),
    await old({ sync_type: 'incremental' }),
    await old({ account: 'acct_2' }),
    await old({ created_at: daysAgo(50), status: 'running', finished_at: null }),
    await old({ created_at: daysAgo(50), status: 'paused', finished_at: null }),
    await old({ status: 'failed', finished_at: daysAgo(20) }),
  ]
  const ids = async () => (await query<{ id: string }>('select id from sync_jobs')).map(({ id }) => id).toSorted()
  const all = await ids()
  const dry = await prune('--older-than', '30d', '--dry-run')
  expect(dry).toEqual({
    code: 0,
    stdout: '  4 jobs and 0 rows of sync_event_counts would go. Nothing was changed.\n',
    stderr: '',
  })
  expect(await ids()).toEqual(all)
  const { code, stdout } = await prune('--older-than', '30d', '--json')
  expect(code).toBe(0)
  expect(pruned.strict().parse(JSON.parse(stdout))).toEqual({
    tenants: 2,
    jobs: gone.length,
    eventCounts: 0,
    olderThanSeconds: 30 * 86_400,
    dryRun: false,
  })
  expect(await ids()).toEqual(kept.map(({ id }) => id).toSorted())
})

test('prune removes more jobs than one transaction takes, and none of another tenant where one is named', async () => {
  const { query, prune } = await open()
  const [tenant, other] = [randomUUID(), randomUUID()]
  const insert = `insert into sync_jobs (id, tenant_id, provider, sync_type, status, created_at, finished_at, result, error)
    select gen_random_uuid(), $1, 'stripe', 'full', 'failed', now() - interval '40 days', now() - interval '40 days', '{}', '{}'
    from generate_series(1, $2)`
  await query(insert, [tenant, 2_300])
  await query(insert, [other, 5])
  expect((await prune('--older-than', '30d', '--tenant', tenant)).stdout).toBe(
    '  2300 jobs and 0 rows of sync_event_counts are removed.\n',
  )
  expect(await query('select count(*)::int as jobs from sync_jobs')).toEqual([{ jobs: 5 }])
})

test('prune refuses logins that may not delete or see one tenant only, in words', async () => {
  const { as, job } = await open()
  const { tenant_id: tenant } = await job({ status: 'failed', created_at: daysAgo(41), finished_at: daysAgo(40) })
  expect((await as('worker', ['prune', '--older-than', '30d'])).stderr).toContain("sees one tenant's rows at a time")
  for (const login of ['reader', 'worker'] as const)
    expect(await as(login, ['prune', '--older-than', '30d', '--tenant', tenant])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'database: this login may not delete jobs or counts of events (42501). Use the login that docs/operations.md describes under "Remove old jobs".\n',
    })
})

test('prune removes the counts of live events of hours as long ago, also of tenants without jobs', async () => {
  const { query, prune } = await open()
  const [tenant, other] = [randomUUID(), randomUUID()]
  const count = (tenantId: string, days: number) =>
    query(
      `insert into sync_event_counts (tenant_id, provider, account, hour, shard, received, applied, unchanged, tied, retrieved, rejected, skipped, lag_ms_sum, lag_ms_max)
       values ($1, 'stripe', 'acct_1', date_trunc('hour', now()) - make_interval(days => $2), 0, 1, 1, 0, 0, 0, 0, 0, 5, 5)`,
      [tenantId, days],
    )
  for (const days of [1, 29, 31, 400]) await count(tenant, days)
  await count(other, 31)
  const dry = await prune('--older-than', '30d', '--dry-run')
  expect(dry.stdout).toBe('  0 jobs and 3 rows of sync_event_counts would go. Nothing was changed.\n')
  const named = await prune('--older-than', '30d', '--tenant', other)
  expect(named.stdout).toBe('  0 jobs and 1 rows of sync_event_counts are removed.\n')
  const { stdout } = await prune('--older-than', '30d', '--json')
  expect(JSON.parse(stdout)).toMatchObject({ tenants: 1, jobs: 0, eventCounts: 2 })
  const left = await query<{ days: number }>(
    `select extract(day from now() - hour)::int as days from sync_event_counts order by 1`,
  )
  expect(left.map(({ days }) => days)).toEqual([1, 29])
})
