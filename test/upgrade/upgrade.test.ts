import { expect, test } from 'vitest'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { jobs, tenants } from './installation.ts'
import { restore } from './restore.ts'

/*
 * From 0.1.0 to today, on the database of an installation of 0.1.0: stop the intake, migrate, deploy, resume.
 */

const incremental = (job: { readonly jobId: string }, last: number) => ({
  ...job,
  jobId: `0a100000-0000-4000-9000-0000000000${last}`,
  additionalData: { sync_type: 'incremental' },
})

test('the migrations change no row, and a connected account keeps its cursors', async () => {
  const { rows, rowsByAccount, cursors, accounts, migrate, pendingMigrations, query } = await restore()
  const before = await rows()
  const pending = await pendingMigrations()
  expect(pending).toBeGreaterThan(10)
  expect(await migrate()).toBe(pending)
  expect(await migrate()).toBe(0)
  expect(await rows()).toEqual(before)
  expect(await query('select count(*)::int as left from drizzle.__drizzle_migrations')).toEqual([{ left: 0 }])

  expect(await rowsByAccount(tenants.direct)).toEqual([{ account: 'unknown', live: 388, deleted: 1 }])
  expect(await rowsByAccount(tenants.modes)).toEqual([{ account: 'unknown', live: 178, deleted: 0 }])
  expect(await rowsByAccount(tenants.connected)).toEqual([{ account: 'unknown', live: 326, deleted: 1 }])
  const second = new Date('2025-11-29T00:59:59Z')
  expect(await cursors(tenants.connected)).toEqual([
    { account: 'acct_connected', resources: 18, from: second, to: second },
  ])
  expect(await accounts(tenants.connected)).toEqual([
    { account: 'acct_connected', mode: 'live', adopted: null },
    { account: 'unknown', mode: null, adopted: null },
  ])
  // The cursor of a plain key does not say which account it stood for.
  for (const tenant of [tenants.direct, tenants.modes]) {
    expect(await cursors(tenant)).toEqual([])
    expect(await accounts(tenant)).toEqual([{ account: 'unknown', mode: null, adopted: null }])
  }
})

/** Rows of lists that 0.1.0 did not have. */
const newLists = ({ resources }: SyncJobResult) =>
  ['price_options', 'price_tiers', 'coupon_options', 'discounts'].reduce(
    (sum, name) => sum + (resources[name]?.created ?? 0),
    0,
  )

test('a job whose worker was killed waits for its lease, then goes on to its end', async () => {
  const { account, migrate, job, query, queue, rowsByAccount, doubled, cursors, accounts, ageRunning, ofOlderMapping } =
    await restore()
  await migrate()
  const older = await ofOlderMapping(tenants.direct)
  const { deliver, verify } = await account('direct')
  await ageRunning({ startedMinutes: -1, leaseMinutes: 1 })
  const before = await job(jobs.running.jobId)
  expect(await deliver(jobs.running)).toMatchObject({ answer: { batchItemFailures: [] }, row: before, requests: 0 })
  expect(await queue.counts()).toMatchObject({ delayed: 1 })

  // The upgrade took a day. The time in which no worker had the job is not the job's.
  await ageRunning({ startedMinutes: -24 * 60 - 1, leaseMinutes: -24 * 60 })
  const { row, result } = await deliver(jobs.running)
  // Three customers before the upgrade; then their charges, and the coupon that had been rejected.
  expect(row).toMatchObject({ status: 'completed', account: 'acct_own', error: null, deliveries: 2 })
  expect(row).toMatchObject({ created: String(7 + newLists(result)), updated: older, deleted: '0', rejected: '0' })
  expect(await ofOlderMapping(tenants.direct)).toBe('0')
  expect(Object.values(result.resources).filter(({ proof }) => proof && !proof.equal)).toEqual([])

  expect(await rowsByAccount(tenants.direct)).toEqual([
    { account: 'acct_own', live: 392 + newLists(result), deleted: 1 },
  ])
  expect(await doubled(tenants.direct)).toEqual([])
  expect(await accounts(tenants.direct)).toEqual([{ account: 'acct_own', mode: 'live', adopted: true }])
  expect(await query('select * from sync_rejects')).toEqual([])
  // The tombstones of 0.1.0 bind: of the erased customer nothing came back.
  expect(await query('select distinct account from erased_ids')).toEqual([{ account: '*' }])
  const compared = await verify(tenants.direct, 'acct_own')
  expect(compared.erased).toBe(322)
  // The job's plan is of 0.1.0, which did not have these lists. The next job reads them.
  expect(compared.differing.map(({ resource }) => resource)).toEqual(['price_options', 'coupon_options'])

  expect(await cursors(tenants.direct)).toMatchObject([{ account: 'acct_own', resources: 18 }])
  const next = await deliver(incremental(jobs.direct, 11))
  expect(next.row).toMatchObject({
    status: 'completed',
    created: String(newLists(next.result)),
    updated: '0',
    deleted: '0',
  })
  expect((await verify(tenants.direct, 'acct_own')).differing).toEqual([])
  expect(next.result).toMatchObject({ syncType: 'incremental' })
  expect(next.requests).toBeLessThanOrEqual(13)
})

test('a paused job in test mode goes on, and no row in live mode is touched until a job in live mode asks', async () => {
  const { account, migrate, rows, rowsByAccount, accounts, cursors, ofOlderMapping } = await restore()
  await migrate()
  const inLive = (tables: Readonly<Record<string, readonly string[]>>) =>
    Object.values(tables).flatMap((stored) => stored.filter((row) => /"livemode": true/.test(row)))
  const before = inLive(await rows())
  const paused = await (await account('test')).deliver(jobs.paused)
  expect(paused.row).toMatchObject({ status: 'completed', account: 'acct_modes:test', error: null, deliveries: 2 })
  expect(paused.row).toMatchObject({ created: '48', updated: '0', deleted: '0' })
  expect(inLive(await rows())).toEqual(before)
  expect(await rowsByAccount(tenants.modes)).toEqual([
    { account: 'acct_modes:test', live: 48, deleted: 0 },
    { account: 'unknown', live: 174, deleted: 0 },
  ])

  const live = await account('live')
  const older = await ofOlderMapping(tenants.modes)
  const { row, result } = await live.deliver(incremental(jobs.live, 12))
  expect(row).toMatchObject({
    status: 'completed',
    account: 'acct_modes',
    created: String(newLists(result)),
    updated: older,
    deleted: '0',
  })
  expect(result).toMatchObject({ syncType: 'full', note: 'there was no cursor yet: everything was read' })
  expect(await rowsByAccount(tenants.modes)).toEqual([
    { account: 'acct_modes', live: 174 + newLists(result), deleted: 0 },
    { account: 'acct_modes:test', live: 48, deleted: 0 },
  ])
  expect(await accounts(tenants.modes)).toEqual([
    { account: 'acct_modes', mode: 'live', adopted: true },
    { account: 'acct_modes:test', mode: 'test', adopted: true },
  ])
  expect(await cursors(tenants.modes)).toMatchObject([
    { account: 'acct_modes', resources: 20 },
    { account: 'acct_modes:test', resources: 18 },
  ])
  expect(await live.verify(tenants.modes, 'acct_modes')).toEqual({ differing: [], erased: 0 })
  const test = await account('test')
  // Its job's plan is of 0.1.0, which did not have these lists.
  expect((await test.verify(tenants.modes, 'acct_modes:test')).differing.map(({ resource }) => resource)).toEqual([
    'price_options',
    'coupon_options',
  ])
})

test('an incremental job of a connected account goes on from the cursor of 0.1.0', async () => {
  const { account, migrate, rowsByAccount, doubled } = await restore()
  await migrate()
  const { sandbox, deliver, verify } = await account('connected')
  sandbox.advance(3_600)
  sandbox.insert('customers', { name: 'Dana Danach' })
  const { row, result, requests } = await deliver(incremental(jobs.connected, 13))
  expect(row).toMatchObject({
    status: 'completed',
    account: 'acct_connected',
    created: String(1 + newLists(result)),
    updated: '0',
    deleted: '0',
  })
  expect(result).toMatchObject({ syncType: 'incremental' })
  // Lists that 0.1.0 did not have are read from the beginning.
  expect(result.note).toMatch(/^not covered by the cursor, so read from the beginning: [a-z_, ]*options[a-z_, ]*$/)
  // 16 of them ask for stored rows by id, to learn whose they are.
  expect(requests).toBeLessThanOrEqual(30)
  expect(await rowsByAccount(tenants.connected)).toEqual([
    { account: 'acct_connected', live: 327 + newLists(result), deleted: 1 },
  ])
  expect(await doubled(tenants.connected)).toEqual([])
  const compared = await verify(tenants.connected, 'acct_connected')
  expect(compared.erased).toBe(0)
  // Columns and nested lists that came later fill with the next full job.
  expect(compared.differing.map(({ resource }) => resource)).toEqual([
    'subscription_items',
    'discounts',
    'invoice_lines',
  ])
  expect(compared.differing.flatMap(({ examples }) => examples).join()).toMatch(
    /^(si_\w+ \(discount_ids\),?|di_\w+,?|il_\w+ \(inclusive_tax_amount\),?)*$/,
  )
})

test('a worker of 0.1.0 claims no job of the migrated tables, so that it counts no failed attempt', async () => {
  const { migrate, job, query } = await restore()
  // What its claim names, and what becomes of its message: see CHANGELOG, Upgrading.
  const claim = () =>
    query(
      `insert into sync_jobs (id, tenant_id, provider, sync_type) values ($1, $2, 'stripe', 'full')
       on conflict (tenant_id, id) do update set deliveries = sync_jobs.deliveries + 1`,
      [jobs.paused.jobId, jobs.paused.tenantId],
    )
  await claim()
  await migrate()
  const before = await job(jobs.paused.jobId)
  expect(before).toMatchObject({ status: 'paused', deliveries: 2 })
  await expect(claim()).rejects.toMatchObject({ code: '42P10' })
  expect(await job(jobs.paused.jobId)).toEqual(before)
})
