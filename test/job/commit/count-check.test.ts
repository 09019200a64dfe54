import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { customers } from '../../../src/db/schema.ts'
import { upsert } from '../../../src/db/upsert.ts'
import { checkCounts } from '../../../src/job/commit/reconcile.ts'
import { noCounts } from '../../../src/job/state/progress.ts'
import { openTestDatabase } from '../../support/database.ts'

const january = Date.UTC(2026, 0, 15) / 1_000
const march = Date.UTC(2026, 2, 15) / 1_000
const until = Date.UTC(2026, 5, 1) / 1_000

/** What the check says of a table with three rows of January and two of March. */
async function check({
  months,
  counts = {},
  until: last = until,
  listed = Object.values(months).reduce((sum, count) => sum + count, 0),
  relisted,
}: {
  months: Readonly<Record<string, number>>
  counts?: object
  until?: number
  listed?: number
  relisted?: number
}) {
  const { db } = await openTestDatabase()
  const key = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
  const rows = [january, january, january, march, march].map((second, at) => ({
    row: { id: `cus_${at}`, createdAt: new Date(second * 1_000) },
    raw: { id: `cus_${at}` },
    observedAt: new Date(0),
  }))
  await upsert(db, { ...key, table: customers, rows, overwrite: null } as never)
  const counting = {
    ...key,
    sources: [{ kind: 'list', name: 'customers', table: customers, createdFilter: { field: 'created' } }],
    tallies: { customers: { listed, until: last, months, relisted } },
    history: {},
    counts: { customers: { ...noCounts, ...counts } },
  }
  return (await db.transaction((tx) => checkCounts(tx, counting as never))).customers
}

test('a list as long as the table is equal', async () => {
  expect(await check({ months: { '2026-01': 3, '2026-03': 2 } })).toMatchObject({
    listed: 5,
    live: 5,
    equal: true,
    differs: [],
  })
})

test.each([
  ['longer', { '2026-01': 4, '2026-03': 2 }, [{ month: '2026-01', listed: 4, live: 3 }]],
  ['shorter', { '2026-01': 3, '2026-03': 1 }, [{ month: '2026-03', listed: 1, live: 2 }]],
  ['of a month without rows', { '2026-01': 3, '2026-03': 2, '2026-05': 1 }, [{ month: '2026-05', listed: 1, live: 0 }]],
])('a list that is %s is not equal, and the month is named', async (_, months, differs) => {
  expect(await check({ months })).toMatchObject({ equal: false, differs })
})

test('a row that is missing is not hidden by one too many in another month', async () => {
  const differs = [
    { month: '2026-01', listed: 2, live: 3 },
    { month: '2026-03', listed: 3, live: 2 },
  ]
  const months = { '2026-01': 2, '2026-03': 3 }
  expect(await check({ months })).toMatchObject({ listed: 5, live: 5, equal: false, differs })
  const withRejected = { '2026-01': 2, '2026-03': 4 }
  expect(await check({ months: withRejected, counts: { rejected: 1 } })).toMatchObject({ live: 5, equal: false })
  expect(await check({ months, counts: { rejected: 1, kept: 1 } })).toMatchObject({ equal: true, differs: [] })
})

test('a list whose months are not known is compared as a whole', async () => {
  expect(await check({ months: {}, listed: 5 })).toMatchObject({ listed: 5, live: 5, equal: true, differs: [] })
})

test('what was listed again may have changed since it was counted: by no more than so many, and said only where it did', async () => {
  const differing = { months: {}, listed: 4 }
  expect(await check({ ...differing, relisted: 2 })).toMatchObject({ live: 5, equal: true, changedMeanwhile: 2 })
  expect(await check({ ...differing, listed: 2, relisted: 2 })).toMatchObject({ equal: false, changedMeanwhile: 2 })
  expect(await check(differing)).toMatchObject({ equal: false })
  expect(await check({ ...differing, listed: 5, relisted: 2 })).not.toHaveProperty('changedMeanwhile')
})

test('a rejected item has no row, and a row that the list leaves out is no difference', async () => {
  expect(await check({ months: { '2026-01': 4, '2026-03': 2 }, counts: { rejected: 1 } })).toMatchObject({
    equal: true,
    differs: [],
  })
  expect(await check({ months: { '2026-01': 2, '2026-03': 2 }, counts: { kept: 1 } })).toMatchObject({ equal: true })
  expect(await check({ months: { '2026-01': 3, '2026-03': 2 }, counts: { kept: 1 } })).toMatchObject({ equal: false })
})

test('rows created after the list was read are not counted', async () => {
  expect(await check({ months: { '2026-01': 3 }, until: january + 60 })).toMatchObject({ live: 3, equal: true })
})

test('a list that is empty differs in every month of the table', async () => {
  const differs = [
    { month: '2026-01', listed: 0, live: 3 },
    { month: '2026-03', listed: 0, live: 2 },
  ]
  expect(await check({ months: {} })).toMatchObject({ listed: 0, equal: false, differs })
})

test('a list whose months are not known is not equal, and no month is named', async () => {
  expect(await check({ months: {}, listed: 6 })).toMatchObject({ listed: 6, live: 5, equal: false, differs: [] })
})

test('a list that was read again from its beginning as one of several has no check', async () => {
  expect(await check({ months: {}, until: -1 })).toBeUndefined()
})

test('a list of a large account has its check where counting is quick', async () => {
  expect(await check({ months: { '2026-01': 100_000 } })).toMatchObject({ listed: 100_000, live: 5, equal: false })
})

/** The check of a job that listed five customers and wrote them, and what else became of their rows since it began. */
async function checkAfter(
  meanwhile: string,
  { cameEvents = true, counts = { created: 5, fetched: 5 } as object } = {},
) {
  const { db, query } = await openTestDatabase()
  const key = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
  const jobId = randomUUID()
  await query(
    `insert into sync_jobs (id, tenant_id, provider, account, sync_type, started_at) values ($1, $2, 'stripe', 'acct_1', 'full', now() - interval '1 minute')`,
    [jobId, key.tenantId],
  )
  if (cameEvents)
    await query(
      `insert into sync_event_counts (tenant_id, provider, account, hour, shard) values ($1, 'stripe', 'acct_1', date_trunc('hour', now(), 'UTC'), 0)`,
      [key.tenantId],
    )
  const rows = Array.from({ length: 5 }, (_, at) => ({
    row: { id: `cus_${at}`, createdAt: new Date(january * 1_000) },
    raw: { id: `cus_${at}` },
    observedAt: new Date(0),
  }))
  await upsert(db, { ...key, table: customers, rows })
  await query(meanwhile)
  const counting = {
    ...key,
    jobId,
    sources: [{ kind: 'list', name: 'customers', table: customers, createdFilter: { field: 'created' } }],
    tallies: { customers: { listed: 5, until, months: { '2026-01': 5 } } },
    history: {},
    counts: { customers: { ...noCounts, ...counts } },
  }
  return (await db.transaction((tx) => checkCounts(tx, counting as never))).customers
}

const deleteTwo = `update customers set deleted_at = now(), synced_at = now() where id in ('cus_1', 'cus_2')`

test('rows that live events deleted or inserted while the job was running do not make it unequal, and are counted', async () => {
  expect(await checkAfter(deleteTwo)).toMatchObject({ listed: 5, live: 3, equal: true, changedMeanwhile: 2 })
  const insert = `insert into customers (tenant_id, provider, account, id, created_at, observed_at, raw)
    select tenant_id, provider, account, 'cus_new', created_at, now(), '{}' from customers where id = 'cus_0'`
  expect(await checkAfter(insert)).toMatchObject({ live: 6, equal: true, changedMeanwhile: 1 })
})

test('without live events a row that is missing is no change of theirs', async () => {
  const answer = await checkAfter(deleteTwo, { cameEvents: false })
  expect(answer).toMatchObject({ live: 3, equal: false })
  expect(answer).not.toHaveProperty('changedMeanwhile')
})

test('live events explain no more rows than they wrote', async () => {
  const lost = `${deleteTwo}; delete from customers where id = 'cus_3'`
  expect(await checkAfter(lost)).toMatchObject({ live: 2, equal: false, changedMeanwhile: 2 })
})

test('rows that were written before the job began are no change of live events', async () => {
  const before = `update customers set synced_at = now() - interval '1 hour'; delete from customers where id = 'cus_3'`
  const answer = await checkAfter(before, { counts: {} })
  expect(answer).toMatchObject({ live: 4, equal: false })
  const deletedBefore = `update customers set synced_at = now() - interval '1 hour', deleted_at = now() where id = 'cus_3'`
  expect(await checkAfter(deletedBefore)).toMatchObject({ live: 4, equal: false })
})
